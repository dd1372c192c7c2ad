import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_TOKEN_SECONDS } from '../../../lib/auth/tokens.ts';
import type { Broker, Rpc } from '../../../lib/contract/contract.ts';
import { isOutage } from '../../../lib/process/outage.ts';

/** An ended session is kept for this long: its access tokens have expired by then, on any clock. */
const RETENTION_MS = 2 * ACCESS_TOKEN_SECONDS * 1000;
/** Pause between two attempts of a gateway that has just started. */
const FIRST_ATTEMPTS_MS = 100;

/**
 * The ended sessions whose access tokens may not have expired yet. They come with the answer to the request that ended a
 * session at this gateway, by an event, and by polling, since events get lost.
 */
export class Revocations {
  /** By session id, when it can be deleted, in ms since 1970; the oldest first. */
  readonly #ended = new Map<string, number>();
  readonly #listeners: ((sessions: readonly string[]) => void)[] = [];
  #since = Date.now() - RETENTION_MS;
  #isKnown = false;

  /** Whether the sessions that ended before this gateway started are known; until then no access token is trusted. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Calls `listener` with the sessions that end from now on; with one that ended before, it may be called again. */
  onEnd(listener: (sessions: readonly string[]) => void): void {
    this.#listeners.push(listener);
  }

  add(sessions: readonly string[], now = Date.now()): void {
    for (const id of sessions) {
      this.#ended.delete(id); // to move it behind the older ones
      this.#ended.set(id, now + RETENTION_MS);
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

  /** Asks for the sessions that have ended since the last answer. */
  async catchUp(rpc: Rpc, now = Date.now()): Promise<void> {
    for (let more = true; more; ) {
      const answer = await rpc.call('customer.revocations', { since: this.#since });
      this.add(answer.sessions, now);
      // Sessions that ended in the same instant may fill a page; the next poll gets the rest.
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
