import type { ActionEndpoint, Context } from 'moleculer';

/** An error of a remote call. Moleculer sets `nodeID` to the node where the error arose, if it came from a node. */
export interface CallOutcome {
  type?: unknown;
  code?: unknown;
  nodeID?: string;
  data?: { action?: unknown };
}

/** Errors of a node that could not reach a third one. */
const THIRD_NODE_ERRORS = new Set<unknown>([
  'REQUEST_REJECTED',
  'REQUEST_SKIPPED',
  'SERVICE_NOT_AVAILABLE',
  'SERVICE_NOT_FOUND',
]);

/**
 * Whether an error is a failure of the called node: a time-out, or an error that another node might not have. Refusals
 * (4xx) are not, nor are errors of a third node or of the connection: a node that is gone leaves the registry by itself.
 */
export function isNodeFailure({ type, code, nodeID, data }: CallOutcome, ctx: Context): boolean {
  if (nodeID === undefined) return type === 'REQUEST_TIMEOUT';
  if (nodeID !== ctx.nodeID || THIRD_NODE_ERRORS.has(type)) return false;
  if (type === 'REQUEST_TIMEOUT') return data?.action === ctx.action?.name;
  return isServerError(code);
}

/** An error without an HTTP status is unexpected; codes of database drivers are not HTTP statuses. */
const isServerError = (code: unknown): boolean => !(typeof code === 'number' && code >= 400 && code < 500);

/** Whether another node also offers the action. */
export function hasAlternative({ broker, action, endpoint }: Context): boolean {
  const list = broker.registry.getActionEndpoints(String(action?.name)) as { endpoints: ActionEndpoint[] } | undefined;
  return list?.endpoints.some((other) => other !== endpoint && other.isAvailable) ?? false;
}
