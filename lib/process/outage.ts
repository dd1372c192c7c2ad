/** Moleculer's words for a node that is not there, does not answer in time, or has too much to do; and our own. */
const TYPES = new Set([
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
/** The driver's errors for a database that is not reached, or not in time; they keep their names over the transporter. */
const NAMES = new Set([
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
 * What a server answers while its replica set elects another primary, or it stops. The driver tries once more by
 * itself, and an election may take longer. The retryable codes of the driver specifications:
 * https://github.com/mongodb/specifications/blob/master/source/retryable-reads/retryable-reads.md
 */
const CODES = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/**
 * Whether an error says that something is out of reach for now. Trying again helps then, for as long as it takes; any
 * other error will come again.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { type, name, code } = error as Error & { type?: unknown; code?: unknown };
  if (TYPES.has(String(type)) || NAMES.has(name)) return true;
  return name === 'MongoServerError' && CODES.has(Number(code));
}
