import { LRUCache } from 'lru-cache';

/** A refused client is asked to come back after this long at least and, where there is a free time, at most, in ms. */
const SOONEST_MS = 1000;
export const LATEST_MS = 20_000;
/**
 * How much later than told a client may come and still be let in before others, in ms. Longer than any appointment is
 * ahead: whoever was refused by another gateway meanwhile, and comes back from there, is still expected here.
 */
const GRACE_MS = 30_000;
/** A part of what can be served is left to those who come for the first time. */
const SHARE = 0.9;
/** Appointments are kept for this many clients, and for each this many. */
const MAX_CLIENTS = 10_000;
const MAX_APPOINTMENTS = 20;

/**
 * Tells refused clients when to come back, no more of them for a second than can be served in it, and knows those who come as
 * told. A queue that waits outside: it takes no connection and no memory but a number.
 */
export class ReturnSchedule {
  readonly #random: () => number;
  readonly #appointments = new LRUCache<string, readonly number[]>({ max: MAX_CLIENTS });
  #nextFree = 0;

  /** @param random from 0 to 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Makes an appointment, unless the next free time is too far away or the client has enough of them.
   * @param perSecond how many clients can be served @returns Retry-After, in seconds; with a jitter, as a whole second is all
   *   that the header can say
   */
  book(client: string, perSecond: number, now: number): number {
    const slot = Math.max(this.#nextFree, now + SOONEST_MS);
    const open = this.#open(client, now);
    if (slot > now + LATEST_MS || open.length >= MAX_APPOINTMENTS) {
      return Math.ceil((LATEST_MS * (1 + this.#random() / 2)) / 1000);
    }
    this.#nextFree = slot + 1000 / (SHARE * perSecond);
    const seconds = Math.ceil((slot - now + 1000 * this.#random()) / 1000);
    this.#appointments.set(client, [...open, now + 1000 * seconds]);
    return seconds;
  }

  /** Whether the client comes as told; that uses the appointment up. */
  claim(client: string, now: number): boolean {
    if (!this.#appointments.has(client)) return false;
    const open = this.#open(client, now);
    const due = open.findIndex((at) => at <= now);
    const left = open.filter((_, index) => index !== due);
    if (left.length > 0) this.#appointments.set(client, left);
    else this.#appointments.delete(client);
    return due >= 0;
  }

  #open(client: string, now: number): readonly number[] {
    return (this.#appointments.get(client) ?? []).filter((at) => now <= at + GRACE_MS);
  }
}
