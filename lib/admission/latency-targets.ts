/** A route may take this many times as long as it does at low concurrency. */
const TOLERANCE = 2;
/** Weight of a window in the moving average of a route's latency. */
const SMOOTHING = 0.3;
/** Beyond the target, a window's gradient is at least this for each route: one slow request is not an overload. */
const MIN_GRADIENT = 0.25;

interface RouteLatency {
  /** Moving average of the latency at low concurrency, in ms; undefined before the first window. */
  base: number | undefined;
  count: number;
  sumMs: number;
  timeouts: number;
}

/**
 * The latency that each route may have: twice that at low concurrency, and at least the target of its class. A slow
 * route, such as a login or an order with a slow bank, is so not taken for an overload.
 */
export class LatencyTargets {
  readonly #targetMs: number;
  readonly #routes = new Map<string, RouteLatency>();

  constructor(targetMs: number) {
    this.#targetMs = targetMs;
  }

  /** A failure that came fast says nothing about the load; one that came late was a time-out. */
  add(route: string, latencyMs: number, isFailure: boolean): void {
    const found = this.#routes.get(route) ?? { base: undefined, count: 0, sumMs: 0, timeouts: 0 };
    this.#routes.set(route, found);
    if (isFailure) {
      if (latencyMs > this.#targetMs) found.timeouts += 1;
      return;
    }
    found.count += 1;
    found.sumMs += latencyMs;
  }

  /**
   * Ends a window.
   * @param isLowConcurrency only then a route's latency may count as its normal one; a faster one always does
   * @returns target to measured latency, over all requests of the window; 1 without any
   */
  close(isLowConcurrency: boolean): number {
    let [count, gradients] = [0, 0];
    for (const route of this.#routes.values()) {
      count += route.count + route.timeouts;
      gradients += route.timeouts * MIN_GRADIENT;
      if (route.count > 0)
        gradients += route.count * this.#gradient(route, route.sumMs / route.count, isLowConcurrency);
      route.count = 0;
      route.sumMs = 0;
      route.timeouts = 0;
    }
    return count === 0 ? 1 : gradients / count;
  }

  #gradient(route: RouteLatency, mean: number, isLowConcurrency: boolean): number {
    const base = route.base ?? (isLowConcurrency ? mean : undefined);
    if (base !== undefined && (isLowConcurrency || mean < base)) route.base = base + SMOOTHING * (mean - base);
    const target = Math.max(this.#targetMs, TOLERANCE * (base ?? 0));
    return Math.max(MIN_GRADIENT, Math.min(1, target / mean));
  }
}
