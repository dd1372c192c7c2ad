/** The beginning or end of a client's connection to NATS. */
export interface ConnectionEvent {
  kind: 'connect' | 'disconnect';
  /** The client's name: a node calls its connection by its own id. */
  name: string;
  /** When the connection began; ms since the epoch. */
  start: number;
  /** Time of the event; ms since the epoch. */
  at: number;
}

/** Older events are ignored: a watcher that was suspended gets them late. */
const MAX_EVENT_AGE_MS = 5000;

/**
 * Parses an event of NATS's system account, of type `io.nats.server.advisory.v1.client_connect` or
 * `…client_disconnect`. `undefined`: another event, or a client without a name.
 */
export function parseConnectionEvent(json: string): ConnectionEvent | undefined {
  let event: { type?: unknown; timestamp?: unknown; client?: { name?: unknown; start?: unknown } } | null;
  try {
    event = JSON.parse(json);
  } catch {
    return undefined;
  }
  const kind = /^io\.nats\.server\.advisory\.v1\.client_(connect|disconnect)$/.exec(String(event?.type))?.[1];
  const name = event?.client?.name;
  const start = Date.parse(String(event?.client?.start));
  const at = Date.parse(String(event?.timestamp));
  if ((kind !== 'connect' && kind !== 'disconnect') || typeof name !== 'string' || name === '') return undefined;
  return Number.isNaN(start) || Number.isNaN(at) ? undefined : { kind, name, start, at };
}

/** The nodes in Moleculer's registry. `available`: calls are sent to the node. */
export type KnownNodes = ReadonlyMap<string, { available: boolean }>;

/**
 * Detects the change of a node's state by an event: `lost` if calls are still sent to a node without a connection,
 * `back` if no calls are sent to a node with one. `undefined`: no change, as the event is of an unknown client, of this
 * node or too old, or its connection was replaced since.
 * @param newest the start of each node's newest connection; updated here
 */
export function detectNodeChange(
  event: ConnectionEvent,
  nodes: KnownNodes,
  self: string,
  newest: Map<string, number>,
  now: number,
): 'lost' | 'back' | undefined {
  const node = nodes.get(event.name);
  if (!node || event.name === self) return undefined;
  const known = newest.get(event.name) ?? 0;
  const isReplaced = event.start < known;
  newest.set(event.name, Math.max(known, event.start));
  if (isReplaced || now - event.at > MAX_EVENT_AGE_MS) return undefined;
  if (event.kind === 'disconnect') return node.available ? 'lost' : undefined;
  return node.available ? undefined : 'back';
}
