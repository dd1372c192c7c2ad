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

/** @param env the checked environment (lib/process/environment.ts) */
export const breakerSettings = (env: Record<string, unknown>): BreakerSettings => ({
  enabled: env.CIRCUIT_BREAKER as boolean,
  threshold: env.CIRCUIT_BREAKER_THRESHOLD as number,
  minRequests: env.CIRCUIT_BREAKER_MIN_REQUESTS as number,
  windowSeconds: env.CIRCUIT_BREAKER_WINDOW_SECONDS as number,
  halfOpenMs: (env.CIRCUIT_BREAKER_HALF_OPEN_SECONDS as number) * 1000,
});
