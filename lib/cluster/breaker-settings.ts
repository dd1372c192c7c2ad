import type { Environment } from '../process/environment.ts';

/** Settings of the circuit breakers towards nodes and outside servers. */
export interface BreakerSettings {
  enabled: boolean;
  /** Failure rate at which the breaker of a node's action opens. */
  threshold: number;
  /** Minimum calls in the window before it opens; for outside servers, failures in a row that open it. */
  minRequests: number;
  /** Window in which calls to a node's action are counted. */
  windowSeconds: number;
  /** Time from opening to the first probe call. */
  halfOpenMs: number;
}

export const breakerSettings = (env: Environment): BreakerSettings => ({
  enabled: env.CIRCUIT_BREAKER,
  threshold: env.CIRCUIT_BREAKER_THRESHOLD,
  minRequests: env.CIRCUIT_BREAKER_MIN_REQUESTS,
  windowSeconds: env.CIRCUIT_BREAKER_WINDOW_SECONDS,
  halfOpenMs: env.CIRCUIT_BREAKER_HALF_OPEN_SECONDS * 1000,
});
