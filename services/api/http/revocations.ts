import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_TOKEN_SECONDS } from '../../../lib/auth/tokens.ts';
import type { Broker, Rpc } from '../../../lib/contract/contract.ts';
import { isOutage } from '../../../lib/process/outage.ts';

/** How long a session that has ended is remembered, in ms: its access tokens have expired by then, on any clock. */
const REMEMBERED = 2 * ACCESS_TOKEN_SECONDS * 1000;
/** Pause between two attempts of a gateway that has just started, in ms. */
const FIRST_ATTEMPTS_MS = 100;

/**
 * The sessions that have ended while access tokens of them are still around. They come by three ways: with the answer
 * to whoever ended one here, by an event, and, since events get lost, by asking again and again.
 */
export class Revocations {
  /** Session id -> when it can be forgotten; the oldest first. */
  readonly #ended = new Map<string, number>();
  readonly #listeners: ((sessions: readonly string[]) => void)[] = [];
  #since = Date.now() - REMEMBERED;
  #isKnown = false;

  /** Whether it is known what ended before this gateway started; until then no access token can be trusted. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Calls `listener` with the sessions that end from now on; with one that ended before, it may be called again. */
  onEnd(listener: (sessions: readonly string[]) => void): void {
    this.#listeners.push(listener);
  }

  add(sessions: readonly string[], now = Date.now()): void {
    for (const id of sessions) {
      this.#ended.delete(id); // the oldest come first
      this.#ended.set(id, now + REMEMBERED);
    }
    for (const listener of this.#listeners) listener(sessions);
  }

  has(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /** Asks the customer service until it has answered once. */
  async learn(broker: Broker, signal: AbortSignal): Promise<void> {
    while (!this.#isKnown && !signal.aborted) {
      // For an unknown action the broker would log a warning at each attempt.
      if (broker.registry.actions.isAvailable('customer.revocations')) {
        await this.catchUp(broker).catch((error: unknown) => {
          if (!isOutage(error)) throw error;
        });
      }
      if (!this.#isKnown) await sleep(FIRST_ATTEMPTS_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Asks for what has ended since the last time. */
  async catchUp(rpc: Rpc, now = Date.now()): Promise<void> {
    for (let more = true; more; ) {
      const answer = await rpc.call('customer.revocations', { since: this.#since });
      this.add(answer.sessions, now);
      // Many that ended in the same instant fill a page by themselves; the next time shows the rest.
      more = answer.more && answer.until > this.#since;
      this.#since = answer.until;
    }
    this.#isKnown = true;
    for (const [id, until] of this.#ended) {
      if (until > now) break;
      this.#ended.delete(id);
    }
  }
}
