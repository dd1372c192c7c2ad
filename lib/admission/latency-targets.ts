/** The target of a route is this multiple of its latency at low concurrency. */
const MAX_LATENCY_RATIO = 2;
/** Weight of a window in the moving average of a route's latency. */
const WINDOW_WEIGHT = 0.3;
/** Lower bound of a route's gradient, so that one slow request does not count as an overload. */
const MIN_GRADIENT = 0.25;

interface RouteLatency {
  /** Moving average of the latency at low concurrency, in ms; undefined before the first window. */
  base: number | undefined;
  count: number;
  sumMs: number;
  timeouts: number;
}

/**
 * The target latency of each route: twice its latency at low concurrency, and at least the target of its class. So a
 * route that is always slow, such as a login or an order with a slow bank, does not look like an overload.
 */
export class LatencyTargets {
  readonly #targetMs: number;
  readonly #routes = new Map<string, RouteLatency>();

  constructor(targetMs: number) {
    this.#targetMs = targetMs;
  }

  /** Adds a sample. A fast failure says nothing about the load and is ignored; a slow one is counted as a time-out. */
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
   * @param isLowConcurrency whether the latencies of this window are the normal ones; a faster window always counts as normal
   * @returns the mean gradient (target latency / measured latency) of the window's requests; 1 without requests
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
    if (base !== undefined && (isLowConcurrency || mean < base)) route.base = base + WINDOW_WEIGHT * (mean - base);
    const target = Math.max(this.#targetMs, MAX_LATENCY_RATIO * (base ?? 0));
    return Math.max(MIN_GRADIENT, Math.min(1, target / mean));
  }
}
