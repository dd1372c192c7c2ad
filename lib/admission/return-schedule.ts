import { LRUCache } from 'lru-cache';

/** A refused client gets an appointment between these times from now, if one is free. */
const MIN_RETURN_MS = 1000;
export const MAX_RETURN_MS = 20_000;
/**
 * How late a client may come and still be admitted before others. Longer than `MAX_RETURN_MS`, so that a client who was
 * refused by another gateway in the meantime still has its appointment here.
 */
const MAX_LATENESS_MS = 30_000;
/** Share of the capacity that appointments may use; the rest is left to new clients. */
const APPOINTMENT_SHARE = 0.9;
/** Appointments are stored for this many clients, up to this many for each. */
const MAX_CLIENTS = 10_000;
const MAX_CLIENT_APPOINTMENTS = 20;

/**
 * Books appointments: tells refused clients when to come back, at most as many per second as can be served, and recognises
 * them when they do. In effect a queue outside of the process, which needs no connections, and one number per appointment.
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
   * Books an appointment, unless the next free time is too far ahead or the client has too many.
   * @param perSecond how many clients can be served
   * @returns Retry-After in seconds; with a jitter, as the header has whole seconds only
   */
  book(client: string, perSecond: number, now: number): number {
    const slot = Math.max(this.#nextFree, now + MIN_RETURN_MS);
    const open = this.#openAppointments(client, now);
    if (slot > now + MAX_RETURN_MS || open.length >= MAX_CLIENT_APPOINTMENTS) {
      return Math.ceil((MAX_RETURN_MS * (1 + this.#random() / 2)) / 1000);
    }
    this.#nextFree = slot + 1000 / (APPOINTMENT_SHARE * perSecond);
    const seconds = Math.ceil((slot - now + 1000 * this.#random()) / 1000);
    this.#appointments.set(client, [...open, now + 1000 * seconds]);
    return seconds;
  }

  /** Whether the client has an appointment that is due; uses it up. */
  claim(client: string, now: number): boolean {
    if (!this.#appointments.has(client)) return false;
    const open = this.#openAppointments(client, now);
    const due = open.findIndex((at) => at <= now);
    const left = open.filter((_, index) => index !== due);
    if (left.length > 0) this.#appointments.set(client, left);
    else this.#appointments.delete(client);
    return due >= 0;
  }

  #openAppointments(client: string, now: number): readonly number[] {
    return (this.#appointments.get(client) ?? []).filter((at) => now <= at + MAX_LATENESS_MS);
  }
}
