import { type Admitted, Refusal, RequestGate } from '../../lib/admission/request-gate.ts';
import { seeded } from '../chaos/random.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** What one request came to. Times in ms of the simulated clock. */
export interface Outcome {
  sentAt: number;
  endedAt: number;
  /** Undefined: it was served. */
  retryAfter: number | undefined;
}

/** A server with so many workers, each busy for `serviceMs` with a request; the rest waits for them. */
class SimulatedServer {
  readonly #clock: SimulatedClock;
  readonly #freeAt: number[];
  serviceMs: number;

  constructor(clock: SimulatedClock, workers: number, serviceMs: number) {
    this.#clock = clock;
    this.#freeAt = new Array(workers).fill(0);
    this.serviceMs = serviceMs;
  }

  serve(): Promise<void> {
    const worker = this.#freeAt.indexOf(Math.min(...this.#freeAt));
    const end = Math.max(this.#clock.now(), this.#freeAt[worker] ?? 0) + this.serviceMs;
    this.#freeAt[worker] = end;
    return this.#clock.wait(end - this.#clock.now());
  }
}

/** A gate before a simulated server, and clients that arrive whether or not others have been answered. */
export class SimulatedLoad {
  readonly clock = new SimulatedClock();
  readonly server: SimulatedServer;
  readonly gate: RequestGate;
  readonly outcomes: Outcome[] = [];
  readonly #random: () => number;

  constructor(seed: number, options: { workers?: number; serviceMs?: number; min?: number; targetMs?: number } = {}) {
    const { workers = 4, serviceMs = 20, min = 8, targetMs = 100 } = options;
    this.#random = seeded(seed).next;
    this.server = new SimulatedServer(this.clock, workers, serviceMs);
    this.gate = new RequestGate({
      ...{ min, max: 1000, targetMs, loopDelayMs: 1000, loopDelay: () => 0 },
      ...{ clock: this.clock, random: this.#random },
    });
  }

  /** Sends one request. */
  async send(client: string): Promise<Outcome> {
    const outcome: Outcome = { sentAt: this.clock.now(), endedAt: 0, retryAfter: undefined };
    const arrival = this.gate.arrive(client);
    const entered = arrival instanceof Refusal ? arrival : await this.gate.enter(arrival);
    if (entered instanceof Refusal) outcome.retryAfter = entered.retryAfter;
    else await this.#serve(entered);
    outcome.endedAt = this.clock.now();
    this.outcomes.push(outcome);
    return outcome;
  }

  async #serve(admitted: Admitted): Promise<void> {
    await this.server.serve();
    admitted.end('simulated', false);
  }

  /** New clients arrive at random, so many a second on average, for so long. @param comesBack as it is told, until served */
  arrivals(perSecond: number, forMs: number, comesBack = false): void {
    const until = this.clock.now() + forMs;
    const next = () => {
      const pauseMs = (-1000 * Math.log(1 - this.#random())) / perSecond;
      this.clock.after(pauseMs, () => {
        if (this.clock.now() >= until) return;
        const client = `client-${this.clock.now()}`;
        void (comesBack ? this.sendUntilServed(client) : this.send(client));
        next();
      });
    };
    next();
  }

  /** @returns how often it was sent */
  async sendUntilServed(client: string): Promise<number> {
    for (let tries = 1; ; tries++) {
      const { retryAfter } = await this.send(client);
      if (retryAfter === undefined) return tries;
      await this.clock.wait(1000 * retryAfter);
    }
  }

  /** Of a span of time. */
  served(fromMs: number, toMs: number): Outcome[] {
    return this.outcomes.filter(
      ({ retryAfter, endedAt }) => retryAfter === undefined && endedAt >= fromMs && endedAt < toMs,
    );
  }

  refused(fromMs: number, toMs: number): Outcome[] {
    return this.outcomes.filter(
      ({ retryAfter, endedAt }) => retryAfter !== undefined && endedAt >= fromMs && endedAt < toMs,
    );
  }
}
