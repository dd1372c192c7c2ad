import { AdaptiveLimit, type LimitOptions } from './adaptive-limit.ts';
import type { Clock } from './clock.ts';
import { ReturnSchedule } from './return-schedule.ts';
import { WaitingLine } from './waiting-line.ts';

export interface GateOptions extends LimitOptions {
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  /** Mean delay of the event loop lately, in ms. */
  loopDelay: () => number;
}

/** How long a request that comes first waits in line at most, in ms: a refusal is of use only at once. */
const NEW_WAIT_MS = 25;
/** How long one that comes back as told does, in ms, and how long the line may be, in time, that it still joins. */
const RETURNING_WAIT_MS = 2000;
const RETURNING_LINE_MS = RETURNING_WAIT_MS / 2;
/** The longest lines: of those who come first, where the limit is small, and of those who were told to come. */
const MAX_NEW = 16;
const MAX_RETURNING = 1000;

/** What a request needs to be admitted. */
export interface Arrival {
  client: string;
  /** The client comes back as it was told to. */
  isReturning: boolean;
}

/** A refused request: its client may come back after so many seconds. */
export class Refusal {
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    this.retryAfter = retryAfter;
  }
}

/** An admitted request, in flight until `end`. */
export interface Admitted {
  /** It had to wait. */
  waited: boolean;
  /** @param route requests of one route are alike @param isFailure what is behind could not answer */
  end(route: string, isFailure: boolean): void;
}

/**
 * Admits the requests of one class: as many at a time as the adaptive limit allows, a short line behind them, and those
 * who come back as told before all others. The rest is refused at once, with a time to come back.
 */
export class RequestGate {
  readonly #options: GateOptions;
  readonly #limit: AdaptiveLimit;
  readonly #schedule: ReturnSchedule;
  readonly #new: WaitingLine;
  readonly #returning: WaitingLine;
  #inFlight = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#limit = new AdaptiveLimit(options, options.clock.now());
    this.#schedule = new ReturnSchedule(options.random);
    this.#new = new WaitingLine(options.clock, NEW_WAIT_MS);
    this.#returning = new WaitingLine(options.clock, RETURNING_WAIT_MS);
  }

  get limit(): number {
    return this.#limit.limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#new.length + this.#returning.length;
  }

  /**
   * Looks at a request before anything is done for it, its body read included. What is not refused here may still be
   * refused by `enter`, when others have come between.
   */
  arrive(client: string): Arrival | Refusal {
    const arrival = { client, isReturning: this.#schedule.claim(client, this.#options.clock.now()) };
    return this.#hasRoom(arrival) ? arrival : this.#refuse(client);
  }

  /**
   * Waits until the request may begin.
   * @param onGone takes what is to be called when the client has gone, who then loses the place in line
   */
  async enter(arrival: Arrival, onGone?: (act: () => void) => void): Promise<Admitted | Refusal> {
    this.#adjust();
    if (this.#isFree()) {
      this.#start();
      return this.#admitted(false);
    }
    if (!this.#hasRoom(arrival)) return this.#refuse(arrival.client);
    const line = arrival.isReturning ? this.#returning : this.#new;
    let isGone = false;
    const isCalled = await line.wait((leave) =>
      onGone?.(() => {
        isGone = true;
        leave();
      }),
    );
    // Whoever is called is in flight already.
    if (isCalled) return this.#admitted(true);
    return isGone ? new Refusal(1) : this.#refuse(arrival.client);
  }

  /** Makes an appointment with a client who cannot be served now. */
  #refuse(client: string): Refusal {
    return new Refusal(this.#schedule.book(client, this.#limit.perSecond, this.#options.clock.now()));
  }

  #isFree(): boolean {
    return this.#inFlight < this.limit && this.waiting === 0;
  }

  #hasRoom({ isReturning }: Arrival): boolean {
    if (this.#isFree()) return true;
    if (!isReturning) return this.#new.length < Math.max(MAX_NEW, this.limit);
    const served = (this.#limit.perSecond * RETURNING_LINE_MS) / 1000;
    return this.#returning.length < Math.min(MAX_RETURNING, Math.max(1, served));
  }

  #start(): void {
    this.#inFlight += 1;
    this.#limit.started(this.#inFlight);
  }

  #admitted(waited: boolean): Admitted {
    const { clock } = this.#options;
    const startedAt = clock.now();
    let isOver = false;
    return {
      waited,
      end: (route, isFailure) => {
        if (isOver) return;
        isOver = true;
        this.#inFlight -= 1;
        this.#limit.completed(route, clock.now() - startedAt, isFailure);
        this.#adjust();
        this.#callNext();
      },
    };
  }

  #adjust(): void {
    const now = this.#options.clock.now();
    if (this.#limit.isDue(now)) this.#limit.adjust(now, this.#options.loopDelay(), this.#inFlight);
  }

  #callNext(): void {
    while (this.waiting > 0 && this.#inFlight < this.limit) {
      this.#start();
      if (!this.#returning.call()) this.#new.call();
    }
  }
}
