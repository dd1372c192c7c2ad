import type { Middleware, ServiceBroker } from 'moleculer';

interface NodeEvent {
  node: { id: string; instanceID?: string | null };
}

/**
 * Rejects pending requests to a node that was restarted under the same id. The old process never answers, and a node
 * that is back before its heartbeat is due is not noticed as lost: callers would wait for their whole time-out.
 */
export function replacedNodes(): Middleware {
  const instances = new WeakMap<object, string>();
  return {
    name: 'ReplacedNodes',
    created(broker: ServiceBroker) {
      const onInfo = ({ node }: NodeEvent) => {
        const { id, instanceID } = node;
        if (!instanceID) return;
        const known = instances.get(node);
        instances.set(node, instanceID);
        if (known !== undefined && known !== instanceID) broker.transit?.removePendingRequestByNodeID(id);
      };
      broker.localBus.on('$node.connected', onInfo);
      broker.localBus.on('$node.updated', onInfo);
    },
  };
}
