import { setTimeout as sleep } from 'node:timers/promises';
import { Context, type ServiceBroker } from 'moleculer';
import type { Broker } from '../contract/contract.ts';
import { protocolErrors } from '../contract/errors.ts';
import { relay as contract } from './relay.contract.ts';
import type { Part, Relay } from './stream.ts';

const READ = 'relay.read';
const TIMEOUT_MS = contract.actions.read.timeout;
/** How long a stopping node waits until the others have read what it announced, in ms. */
export const LAST_PARTS_MS = 3000;
const POLL_MS = 20;

/** Reads parts from other nodes, also from those that are stopping: these offer no actions any more. */
export class PartReader {
  readonly #broker: ServiceBroker;
  readonly #rpc: Broker;

  constructor(broker: ServiceBroker) {
    this.#broker = broker;
    this.#rpc = broker as unknown as Broker;
  }

  /** @throws unavailable when the node is gone, and what the stream ends with */
  read(nodeID: string, id: string): Promise<Part> {
    const { registry, transit } = this.#broker;
    const isOffered = registry.actions.get(READ)?.getEndpointByNodeID(nodeID);
    if (isOffered) return this.#rpc.call(READ, { id }, { nodeID });
    if (!transit || !registry.nodes.get(nodeID)?.available) {
      return Promise.reject(protocolErrors.unavailable('The node that had it is gone.'));
    }
    const context = new Context(this.#broker);
    Object.assign(context, { action: { name: READ }, nodeID, params: { id } });
    context.options = { timeout: TIMEOUT_MS };
    const late = sleep(TIMEOUT_MS, undefined, { ref: false }).then(() => {
      transit.removePendingRequest(context.id);
      throw protocolErrors.unavailable('The node that had it does not answer.');
    });
    return Promise.race([transit.request(context) as unknown as Promise<Part>, late]);
  }

  /** Tells a node that nobody will read it any more. */
  close(nodeID: string, id: string): void {
    this.#rpc.call('relay.close', { id }, { nodeID }).catch(() => {});
  }
}

/** Has a stopping broker leave when the parts of what it has announced were read, or after so many ms. */
export function finishParts(broker: ServiceBroker, offers: Relay, patienceMs: number): void {
  const { transit } = broker;
  if (!transit) return;
  const disconnect = transit.disconnect.bind(transit);
  transit.disconnect = async () => {
    for (const end = Date.now() + patienceMs; offers.size > 0 && Date.now() < end; ) await sleep(POLL_MS);
    return disconnect();
  };
}

/** The answer to a request for a part that Moleculer would refuse, since the broker is stopping; undefined: to any other. */
export function lastPart(
  broker: ServiceBroker,
  offers: Relay,
  type: string,
  { action, id, sender, params }: { action?: string; id: string; sender?: string; params?: unknown },
): Promise<void> | undefined {
  const { transit } = broker;
  if (!transit || !broker.stopping || type !== 'REQ' || action !== READ || sender === undefined) return undefined;
  const answer = (part: Part | null, error?: Error) =>
    transit.sendResponse(sender, id, {}, {}, part as unknown as Record<string, unknown>, error);
  return offers.read(String((params as { id?: unknown } | undefined)?.id)).then(
    (part) => answer(part),
    (error: Error) => answer(null, error),
  );
}
