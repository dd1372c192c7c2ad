import { availableParallelism } from 'node:os';
import { errors } from '../../shared/problems.ts';

/** Concurrent hashes; each keeps a core busy. One of libuv's four threads stays free for files. */
const MAX_CONCURRENT_HASHES = Math.min(3, availableParallelism());
/** Maximum expected wait, far below the request timeout. */
const MAX_WAIT_MS = 3000;
/** Always admitted, even when a busy machine is slow. */
const MIN_QUEUE_LENGTH = 2 * MAX_CONCURRENT_HASHES;
/** An upper bound: attempts refused for guessing finish at once and make the queue look faster than it is. */
const MAX_QUEUE_LENGTH = 100;
/** Duration of a task before the first measurement. */
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
 * Bounds the hashing of passwords: a rush of logins would otherwise time out as a whole. It admits as many as finish
 * soon, and refuses the rest at once with a Retry-After, spread over the time that they would have waited.
 */
export class HashingQueue {
  readonly #slots: number;
  readonly #clock: () => number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** Mean duration of a task, in ms. */
  #taskMs = FIRST_ESTIMATE_MS;
  /** The latest Retry-After time given to a refused client. */
  #promisedAt = 0;

  constructor({ slots = MAX_CONCURRENT_HASHES, clock = () => performance.now() }: Options = {}) {
    this.#slots = slots;
    this.#clock = clock;
  }

  /** Runs a task when it is its turn. @throws unavailable, with a Retry-After, when the queue is full */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#slots) this.#running += 1;
    else if (this.#isFull())
      throw errors.unavailable('Too many customers are logging in at the moment.', this.#retryAfter());
    // A task that ends hands its slot on.
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

  /** Mean time between the ends of two tasks, in ms. */
  get #paceMs(): number {
    return this.#taskMs / this.#slots;
  }

  #isFull(): boolean {
    const { length } = this.#waiting;
    return length >= MAX_QUEUE_LENGTH || (length >= MIN_QUEUE_LENGTH && length * this.#paceMs > MAX_WAIT_MS);
  }

  /** In seconds. */
  #retryAfter(): number {
    const now = this.#clock();
    const emptyAt = now + this.#waiting.length * this.#paceMs;
    this.#promisedAt = Math.min(Math.max(this.#promisedAt, emptyAt) + this.#paceMs, now + MAX_RETRY_AFTER_S * 1000);
    return Math.max(1, Math.ceil((this.#promisedAt - now) / 1000));
  }
}
