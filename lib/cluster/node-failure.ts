import type { ActionEndpoint, Context } from 'moleculer';

/** An error of a remote call; `nodeID` is set by Moleculer when it came from a node, and names where it arose. */
export interface CallOutcome {
  type?: unknown;
  code?: unknown;
  nodeID?: string;
  data?: { action?: unknown };
}

/** What a node says when it could not reach another. */
const ABOUT_OTHERS = new Set<unknown>([
  'REQUEST_REJECTED',
  'REQUEST_SKIPPED',
  'SERVICE_NOT_AVAILABLE',
  'SERVICE_NOT_FOUND',
]);

/**
 * Whether an error of a call speaks against the node that was called: it did not answer in time, or it failed where
 * another one may not. Refusals (4xx) do not; nor does what went wrong on a third node, or on the way: a node that is
 * gone leaves the registry by itself.
 */
export function isNodeFailure({ type, code, nodeID, data }: CallOutcome, ctx: Context): boolean {
  if (nodeID === undefined) return type === 'REQUEST_TIMEOUT';
  if (nodeID !== ctx.nodeID || ABOUT_OTHERS.has(type)) return false;
  if (type === 'REQUEST_TIMEOUT') return data?.action === ctx.action?.name;
  return isServerError(code);
}

/** An error without a status is one that nobody expected; a driver's codes are no status. */
const isServerError = (code: unknown): boolean => !(typeof code === 'number' && code >= 400 && code < 500);

/** Whether the action can be called on another node than the one that was. */
export function hasAlternative({ broker, action, endpoint }: Context): boolean {
  const list = broker.registry.getActionEndpoints(String(action?.name)) as { endpoints: ActionEndpoint[] } | undefined;
  return list?.endpoints.some((other) => other !== endpoint && other.isAvailable) ?? false;
}
