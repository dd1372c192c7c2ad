import { setTimeout as sleep } from 'node:timers/promises';
import { Context, type ServiceBroker } from 'moleculer';
import type { Broker } from '../contract/contract.ts';
import { protocolErrors } from '../contract/errors.ts';
import { relay as contract } from './relay.contract.ts';
import type { StreamPart, StreamRelay } from './stream.ts';

const READ_ACTION = 'relay.read';
const READ_TIMEOUT_MS = contract.actions.read.timeout;
/** How long a stopping node waits for the others to read the parts that it has announced. */
export const LAST_PARTS_MS = 3000;
const POLL_MS = 20;

/** Reads parts from other nodes, also from stopping nodes, which offer no actions any more. */
export class PartReader {
  readonly #broker: ServiceBroker;
  readonly #rpc: Broker;

  constructor(broker: ServiceBroker) {
    this.#broker = broker;
    this.#rpc = broker as unknown as Broker;
  }

  /** @throws unavailable when the node is gone, and the error of the stream */
  read(nodeID: string, id: string): Promise<StreamPart> {
    const { registry, transit } = this.#broker;
    const isOffered = registry.actions.get(READ_ACTION)?.getEndpointByNodeID(nodeID);
    if (isOffered) return this.#rpc.call(READ_ACTION, { id }, { nodeID });
    if (!transit || !registry.nodes.get(nodeID)?.available) {
      return Promise.reject(protocolErrors.unavailable('The node with the data is gone.'));
    }
    const context = new Context(this.#broker);
    Object.assign(context, { action: { name: READ_ACTION }, nodeID, params: { id } });
    context.options = { timeout: READ_TIMEOUT_MS };
    const timeout = sleep(READ_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      transit.removePendingRequest(context.id);
      throw protocolErrors.unavailable('The node with the data does not answer.');
    });
    return Promise.race([transit.request(context) as unknown as Promise<StreamPart>, timeout]);
  }

  /** Tells a node to close a stream that is no longer read. */
  close(nodeID: string, id: string): void {
    this.#rpc.call('relay.close', { id }, { nodeID }).catch(() => {});
  }
}

/** Delays the disconnect of a stopping broker until its announced parts were read, or until `maxWaitMs` have passed. */
export function awaitLastParts(broker: ServiceBroker, relay: StreamRelay, maxWaitMs: number): void {
  const { transit } = broker;
  if (!transit) return;
  const disconnect = transit.disconnect.bind(transit);
  transit.disconnect = async () => {
    for (const end = Date.now() + maxWaitMs; relay.size > 0 && Date.now() < end; ) await sleep(POLL_MS);
    return disconnect();
  };
}

/** Answers a request for a part, which Moleculer refuses while the broker is stopping; undefined for other packets. */
export function answerLastPart(
  broker: ServiceBroker,
  relay: StreamRelay,
  type: string,
  { action, id, sender, params }: { action?: string; id: string; sender?: string; params?: unknown },
): Promise<void> | undefined {
  const { transit } = broker;
  if (!transit || !broker.stopping || type !== 'REQ' || action !== READ_ACTION || sender === undefined)
    return undefined;
  const answer = (part: StreamPart | null, error?: Error) =>
    transit.sendResponse(sender, id, {}, {}, part as unknown as Record<string, unknown>, error);
  return relay.read(String((params as { id?: unknown } | undefined)?.id)).then(
    (part) => answer(part),
    (error: Error) => answer(null, error),
  );
}
