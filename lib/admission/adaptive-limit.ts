import { LatencyTargets } from './latency-targets.ts';

/** Samples are judged together this often, in ms. */
const WINDOW_MS = 250;
/** One window at most halves the limit: a pause of the whole process must not close the shop. */
const MIN_GRADIENT = 0.5;

export interface LimitOptions {
  /** The limit is never below this, so that there is always something to measure. */
  min: number;
  max: number;
  /** Latency, in ms, that is never taken for a sign of overload. */
  targetMs: number;
  /** Delay of the event loop, in ms, above which the limit shrinks, whatever the latencies are. */
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
  /** At the start; what few requests make use of is at least that. */
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

  /** How many requests a second can be completed: as measured when the limit was last reached. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Records how many requests are in flight, the new one included. */
  started(inFlight: number): void {
    this.#peak = Math.max(this.#peak, inFlight);
  }

  /**
   * Records a completed request.
   * @param route requests of one route are alike @param latencyMs since it was admitted
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
    // What was measured in bad times is forgotten in good ones.
    else if (!wasReached) this.#perSecond += 0.1 * (this.#expectedPerSecond() - this.#perSecond);
    const byLatency = this.#targets.close(this.#peak <= min);
    const byLoopDelay = Math.max(MIN_GRADIENT, Math.min(1, acceptableDelay / loopDelayMs));
    if (this.#completed > 0 && this.#peak > this.#limit / 2) {
      const gradient = Math.max(MIN_GRADIENT, Math.min(byLatency, byLoopDelay));
      const grown = this.#limit * gradient + (wasReached ? Math.sqrt(this.#limit) : 0);
      this.#limit = Math.max(min, Math.min(max, grown));
    } else {
      // The latency of a few requests says nothing about a limit far above them; a process that is late does.
      this.#limit = Math.max(Math.min(this.#limit, this.#initial), this.#limit * byLoopDelay);
    }
    this.#windowStart = now;
    this.#completed = 0;
    this.#peak = inFlight;
  }

  /** By Little's law, if requests take the target. */
  #expectedPerSecond(): number {
    return (1000 * this.#limit) / this.#options.targetMs;
  }
}
