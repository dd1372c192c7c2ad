import { AdaptiveLimit, type LimitOptions } from './adaptive-limit.ts';
import type { Clock } from './clock.ts';
import { ReturnSchedule } from './return-schedule.ts';
import { WaitingQueue } from './waiting-queue.ts';

export interface GateOptions extends LimitOptions {
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  /** Mean delay of the event loop lately, in ms. */
  loopDelay: () => number;
}

/** Maximum wait of a new request. Short, as a refusal helps the client only if it comes at once. */
const MAX_NEW_WAIT_MS = 25;
/** Maximum wait of a returning request, and the longest queue, in ms of work, that it still joins. */
const MAX_RETURNING_WAIT_MS = 2000;
const MAX_RETURNING_QUEUE_MS = MAX_RETURNING_WAIT_MS / 2;
/** The queue of new requests may be as long as the limit, and at least this. */
const MIN_NEW_QUEUE_LENGTH = 16;
/** Absolute maximum length of the queue of returning requests. */
const MAX_RETURNING_QUEUE_LENGTH = 1000;

/** A request that may be admitted. */
export interface Arrival {
  client: string;
  /** Whether the client comes back at the time of its appointment. */
  isReturning: boolean;
}

/** A refused request. */
export class Refusal {
  /** When the client may come back, in seconds from now. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    this.retryAfter = retryAfter;
  }
}

/** An admitted request, in flight until `end`. */
export interface Admitted {
  /** Whether it had to wait in a queue. */
  waited: boolean;
  /** @param route latencies are compared within a route @param isFailure whether the services could not answer */
  end(route: string, isFailure: boolean): void;
}

/**
 * Admits the requests of one load class: as many at a time as the adaptive limit allows. More wait in short queues, of
 * which that of returning clients comes first. The rest is refused at once, with a time to come back.
 */
export class RequestGate {
  readonly #options: GateOptions;
  readonly #limit: AdaptiveLimit;
  readonly #schedule: ReturnSchedule;
  readonly #new: WaitingQueue;
  readonly #returning: WaitingQueue;
  #inFlight = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#limit = new AdaptiveLimit(options, options.clock.now());
    this.#schedule = new ReturnSchedule(options.random);
    this.#new = new WaitingQueue(options.clock, MAX_NEW_WAIT_MS);
    this.#returning = new WaitingQueue(options.clock, MAX_RETURNING_WAIT_MS);
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
   * Checks a request before any work is done for it, even before its body is read. A request that is not refused here may
   * still be refused by `enter`, if other requests were faster.
   */
  arrive(client: string): Arrival | Refusal {
    const arrival = { client, isReturning: this.#schedule.claim(client, this.#options.clock.now()) };
    return this.#canEnter(arrival) ? arrival : this.#refuse(client);
  }

  /**
   * Waits until the request may begin.
   * @param onGone registers a callback for the disconnect of the client, whose place in the queue is given up then
   */
  async enter(arrival: Arrival, onGone?: (act: () => void) => void): Promise<Admitted | Refusal> {
    this.#adjust();
    if (this.#hasFreeSlot()) {
      this.#start();
      return this.#admitted(false);
    }
    if (!this.#canEnter(arrival)) return this.#refuse(arrival.client);
    const queue = arrival.isReturning ? this.#returning : this.#new;
    let isGone = false;
    const isAdmitted = await queue.wait((leave) =>
      onGone?.(() => {
        isGone = true;
        leave();
      }),
    );
    // `#admitWaiting` has counted it as in flight.
    if (isAdmitted) return this.#admitted(true);
    return isGone ? new Refusal(1) : this.#refuse(arrival.client);
  }

  /** Refuses a request and books an appointment for its client. */
  #refuse(client: string): Refusal {
    return new Refusal(this.#schedule.book(client, this.#limit.perSecond, this.#options.clock.now()));
  }

  #hasFreeSlot(): boolean {
    return this.#inFlight < this.limit && this.waiting === 0;
  }

  /** Whether a slot is free, or the request's queue is short enough to join. */
  #canEnter({ isReturning }: Arrival): boolean {
    if (this.#hasFreeSlot()) return true;
    if (!isReturning) return this.#new.length < Math.max(MIN_NEW_QUEUE_LENGTH, this.limit);
    const maxLength = (this.#limit.perSecond * MAX_RETURNING_QUEUE_MS) / 1000;
    return this.#returning.length < Math.min(MAX_RETURNING_QUEUE_LENGTH, Math.max(1, maxLength));
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
        this.#admitWaiting();
      },
    };
  }

  #adjust(): void {
    const now = this.#options.clock.now();
    if (this.#limit.isDue(now)) this.#limit.adjust(now, this.#options.loopDelay(), this.#inFlight);
  }

  /** Fills free slots from the queues, returning clients first. */
  #admitWaiting(): void {
    while (this.waiting > 0 && this.#inFlight < this.limit) {
      this.#start();
      if (!this.#returning.admitFirst()) this.#new.admitFirst();
    }
  }
}
