import { LatencyTargets } from './latency-targets.ts';

/** Length of a window, whose samples adjust the limit together. */
const WINDOW_MS = 250;
/** One window at most halves the limit, so that a pause of the whole process does not refuse everything after it. */
const MIN_GRADIENT = 0.5;

export interface LimitOptions {
  /** The limit is never below this, so that there are always requests to measure. */
  min: number;
  max: number;
  /** Latency, in ms, up to which a request is no sign of overload. */
  targetMs: number;
  /** Delay of the event loop, in ms, above which the limit shrinks, even if latencies are normal. */
  loopDelayMs: number;
}

/**
 * An adaptive limit of concurrent requests. At the end of each window the limit is multiplied by the gradient, which is
 * the ratio of the target latency to the measured one, and grows by its square root if it was reached. The gradient and the
 * square root are those of Envoy's adaptive concurrency filter and of Netflix's concurrency-limits (Gradient2Limit). Other
 * than those, the target is learnt at low concurrency only (Envoy's minRTT), so that a long overload never becomes the
 * new normal. By Little's law the limit settles where requests take about the target.
 */
export class AdaptiveLimit {
  readonly #options: LimitOptions;
  readonly #targets: LatencyTargets;
  /** The limit at the start. While few requests are in flight, the latencies cannot shrink the limit below it. */
  readonly #initial: number;
  #limit: number;
  #windowStart: number;
  #completed = 0;
  #peak = 0;
  #perSecond: number;

  constructor(options: LimitOptions, now: number) {
    this.#options = options;
    this.#targets = new LatencyTargets(options.targetMs);
    this.#initial = Math.min(options.max, 4 * options.min);
    this.#limit = this.#initial;
    this.#windowStart = now;
    this.#perSecond = this.#expectedPerSecond();
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Capacity, in completed requests per second; measured while the limit was reached. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Records how many requests are in flight, the new one included. */
  started(inFlight: number): void {
    this.#peak = Math.max(this.#peak, inFlight);
  }

  /**
   * Records a completed request.
   * @param route latencies are compared within a route @param latencyMs since it was admitted
   */
  completed(route: string, latencyMs: number, isFailure: boolean): void {
    this.#completed += 1;
    this.#targets.add(route, latencyMs, isFailure);
  }

  /** Whether the window is over, and `adjust` is due. */
  isDue(now: number): boolean {
    return now - this.#windowStart >= WINDOW_MS;
  }

  /** Adjusts the limit by what was recorded since the last time. @param loopDelayMs mean delay of the event loop */
  adjust(now: number, loopDelayMs: number, inFlight: number): void {
    const seconds = (now - this.#windowStart) / 1000;
    const { min, max, loopDelayMs: acceptableDelay } = this.#options;
    const wasReached = this.#peak >= this.limit;
    if (wasReached && this.#completed > 0) this.#perSecond += 0.5 * (this.#completed / seconds - this.#perSecond);
    // A capacity that was measured under overload is forgotten once the limit is no longer reached.
    else if (!wasReached) this.#perSecond += 0.1 * (this.#expectedPerSecond() - this.#perSecond);
    const byLatency = this.#targets.close(this.#peak <= min);
    const byLoopDelay = Math.max(MIN_GRADIENT, Math.min(1, acceptableDelay / loopDelayMs));
    if (this.#completed > 0 && this.#peak > this.#limit / 2) {
      const gradient = Math.max(MIN_GRADIENT, Math.min(byLatency, byLoopDelay));
      const grown = this.#limit * gradient + (wasReached ? Math.sqrt(this.#limit) : 0);
      this.#limit = Math.max(min, Math.min(max, grown));
    } else {
      // The latency of a few requests says nothing about a limit far above them, but a delayed event loop does.
      this.#limit = Math.max(Math.min(this.#limit, this.#initial), this.#limit * byLoopDelay);
    }
    this.#windowStart = now;
    this.#completed = 0;
    this.#peak = inFlight;
  }

  /** The capacity by Little's law, if requests take the target latency. */
  #expectedPerSecond(): number {
    return (1000 * this.#limit) / this.#options.targetMs;
  }
}
