/** A client that came to NATS, or that NATS lost. */
export interface ConnectionEvent {
  kind: 'connect' | 'disconnect';
  /** The client's name: a node calls its connection by its own id. */
  name: string;
  /** When the connection began; ms since the epoch. */
  start: number;
  /** When the event was; ms since the epoch. */
  at: number;
}

/** Above this age an event tells of the past: a watcher that was frozen finds old ones when it goes on. */
const MAX_EVENT_AGE_MS = 5000;

/**
 * Reads an event of NATS's system account, of type `io.nats.server.advisory.v1.client_connect` or `…client_disconnect`.
 * Undefined for anything else, and for a client without a name.
 */
export function parseConnectionEvent(json: string): ConnectionEvent | undefined {
  let found: { type?: unknown; timestamp?: unknown; client?: { name?: unknown; start?: unknown } } | null;
  try {
    found = JSON.parse(json);
  } catch {
    return undefined;
  }
  const kind = /^io\.nats\.server\.advisory\.v1\.client_(connect|disconnect)$/.exec(String(found?.type))?.[1];
  const name = found?.client?.name;
  const start = Date.parse(String(found?.client?.start));
  const at = Date.parse(String(found?.timestamp));
  if ((kind !== 'connect' && kind !== 'disconnect') || typeof name !== 'string' || name === '') return undefined;
  return Number.isNaN(start) || Number.isNaN(at) ? undefined : { kind, name, start, at };
}

/** The part of Moleculer's registry that counts here: the nodes known, and whether calls are sent to them. */
export type KnownNodes = ReadonlyMap<string, { available: boolean }>;

/**
 * What an event says of a node: `lost` when calls are still sent to it, `back` when they are not. Undefined when it
 * changes nothing: strangers, this node itself, old news, and the end of a connection that was replaced already.
 * @param newest the start of each node's newest connection; kept up to date here
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
  const late = event.start < known;
  newest.set(event.name, Math.max(known, event.start));
  if (late || now - event.at > MAX_EVENT_AGE_MS) return undefined;
  if (event.kind === 'disconnect') return node.available ? 'lost' : undefined;
  return node.available ? undefined : 'back';
}
