/** Error types of Moleculer for a node that is missing, slow or overloaded; and our own `unavailable`. */
const MOLECULER_ERROR_TYPES = new Set([
  'unavailable',
  'BAD_GATEWAY', // this node itself is cut off from the others
  'SERVICE_NOT_FOUND',
  'SERVICE_NOT_AVAILABLE',
  'SERVICE_UNAVAILABLE',
  'REQUEST_TIMEOUT',
  'REQUEST_REJECTED',
  'REQUEST_SKIPPED',
  'QUEUE_FULL',
]);
/** MongoDB driver errors for an unreachable or slow database; the transporter preserves their names. */
const DRIVER_ERROR_NAMES = new Set([
  'MongoClientClosedError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoWriteConcernError',
  'PoolClearedOnNetworkError',
]);
/**
 * Codes of a server that stops, or whose replica set elects another primary. The driver retries once, and an election may
 * take longer. The retryable codes of the driver specifications:
 * https://github.com/mongodb/specifications/blob/master/source/retryable-reads/retryable-reads.md
 */
const SERVER_ERROR_CODES = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/**
 * Whether an error is an outage: a node or database is unreachable for now. A retry succeeds once the outage is over; any
 * other error would occur again.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { type, name, code } = error as Error & { type?: unknown; code?: unknown };
  if (MOLECULER_ERROR_TYPES.has(String(type)) || DRIVER_ERROR_NAMES.has(name)) return true;
  return name === 'MongoServerError' && SERVER_ERROR_CODES.has(Number(code));
}
