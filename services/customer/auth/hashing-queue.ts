import { availableParallelism } from 'node:os';
import { errors } from '../../shared/problems.ts';

/** Hashes at a time: each keeps a core busy. One thread of libuv's four stays free for files. */
const SLOTS = Math.min(3, availableParallelism());
/** Longest that a task may have to wait, by the present pace, in ms: far below the time that a request may take. */
const MAX_WAIT_MS = 3000;
/** Always let in, also where the pace of a busy machine looks hopeless. */
const MIN_WAITING = 2 * SLOTS;
/** Whatever the pace: what is refused for guessing is done at once, and makes the queue look faster than it is. */
const MAX_WAITING = 100;
/** Of a task, before there is a measurement, in ms. */
const FIRST_ESTIMATE_MS = 50;
/** Weight of the latest task in the mean duration. */
const SMOOTHING = 0.2;
const MAX_RETRY_AFTER_S = 30;

interface Options {
  slots?: number;
  /** In ms. */
  clock?: () => number;
}

/**
 * Hashing passwords takes so long that a rush of logins would time out all together. This takes in as many as can be
 * done soon, and refuses the others at once, each with a time to come back at which there will be room: the refused are
 * spread over the seconds that they would have waited.
 */
export class HashingQueue {
  readonly #slots: number;
  readonly #clock: () => number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** Mean duration of a task, in ms. */
  #taskMs = FIRST_ESTIMATE_MS;
  /** When the last one that was refused is told to come back. */
  #promisedAt = 0;

  constructor({ slots = SLOTS, clock = () => performance.now() }: Options = {}) {
    this.#slots = slots;
    this.#clock = clock;
  }

  /** Runs a task when it is its turn. @throws unavailable, with the time to come back, when that would be too late */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#slots) this.#running += 1;
    else if (this.#isFull()) throw errors.unavailable('Too many log in right now.', this.#retryAfter());
    // Whoever leaves hands its slot on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const begun = this.#clock();
    try {
      return await task();
    } finally {
      this.#taskMs += SMOOTHING * (this.#clock() - begun - this.#taskMs);
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Between two tasks that end, in ms. */
  get #paceMs(): number {
    return this.#taskMs / this.#slots;
  }

  #isFull(): boolean {
    const many = this.#waiting.length;
    return many >= MAX_WAITING || (many >= MIN_WAITING && many * this.#paceMs > MAX_WAIT_MS);
  }

  /** In seconds. */
  #retryAfter(): number {
    const now = this.#clock();
    const emptyAt = now + this.#waiting.length * this.#paceMs;
    this.#promisedAt = Math.min(Math.max(this.#promisedAt, emptyAt) + this.#paceMs, now + MAX_RETRY_AFTER_S * 1000);
    return Math.max(1, Math.ceil((this.#promisedAt - now) / 1000));
  }
}
