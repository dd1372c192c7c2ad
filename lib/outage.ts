/** Moleculer's words for a node that is not there, does not answer in time, or has too much to do. */
const TYPES = new Set([
  'unavailable',
  'SERVICE_NOT_FOUND',
  'SERVICE_NOT_AVAILABLE',
  'SERVICE_UNAVAILABLE',
  'REQUEST_TIMEOUT',
  'REQUEST_REJECTED',
  'REQUEST_SKIPPED',
  'QUEUE_FULL',
]);
/** The driver's errors for a database that is not reached; they keep their names over the transporter. */
const NAMES =
  /^Mongo(Network|NetworkTimeout|ServerSelection|NotConnected|TopologyClosed|Pool\w+|OperationTimeout|WriteConcern|ClientClosed)Error$/;

/**
 * Whether an error says that something is out of reach for now. Trying again helps then, for as long as it takes; any
 * other error will come again.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { type, name } = error as Error & { type?: unknown };
  return TYPES.has(String(type)) || NAMES.test(name);
}
