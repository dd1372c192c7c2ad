import type { Environment } from '../process/environment.ts';

/** When calls to a node, or to a server outside the shop, are refused instead of being sent. */
export interface BreakerSettings {
  enabled: boolean;
  /** Of a node's action: opens at this rate of failures. */
  threshold: number;
  /** Opens after so many calls in the window at the earliest; towards the outside after so many failures in a row. */
  minRequests: number;
  /** In which the calls to a node's action are counted. */
  windowSeconds: number;
  /** After opening, until one call may find out whether it works again. */
  halfOpenMs: number;
}

export const breakerSettings = (env: Environment): BreakerSettings => ({
  enabled: env.CIRCUIT_BREAKER,
  threshold: env.CIRCUIT_BREAKER_THRESHOLD,
  minRequests: env.CIRCUIT_BREAKER_MIN_REQUESTS,
  windowSeconds: env.CIRCUIT_BREAKER_WINDOW_SECONDS,
  halfOpenMs: env.CIRCUIT_BREAKER_HALF_OPEN_SECONDS * 1000,
});
