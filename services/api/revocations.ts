import type { Rpc } from '../../lib/contract.ts';
import { ACCESS_TOKEN_SECONDS } from '../../lib/tokens.ts';

/** How long a session that has ended is remembered, in ms: its access tokens have expired by then, on any clock. */
const REMEMBERED = 2 * ACCESS_TOKEN_SECONDS * 1000;

/**
 * The sessions that have ended while access tokens of them are still around. They come by three ways: with the answer
 * to whoever ended one here, by an event, and, since events get lost, by asking again and again.
 */
export class Revocations {
  /** Session id -> when it can be forgotten; the oldest first. */
  readonly #ended = new Map<string, number>();
  #since = Date.now() - REMEMBERED;

  add(sessions: readonly string[], now = Date.now()): void {
    for (const id of sessions) {
      this.#ended.delete(id); // the oldest come first
      this.#ended.set(id, now + REMEMBERED);
    }
  }

  has(sessionId: string): boolean {
    return this.#ended.has(sessionId);
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
    for (const [id, until] of this.#ended) {
      if (until > now) break;
      this.#ended.delete(id);
    }
  }
}
