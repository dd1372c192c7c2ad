import type { Middleware, ServiceBroker } from 'moleculer';

interface NodeEvent {
  node: { id: string; instanceID?: string | null };
}

/**
 * Rejects what is still waited for from a node that was started anew under its name. Its predecessor's answers never
 * come, and the node is not missed when it is back before its heartbeats are: callers would wait for their whole time-out.
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
