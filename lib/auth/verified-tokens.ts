import { LRUCache } from 'lru-cache';
import type { KeyRing } from './token-keys.ts';
import { type VerifiedToken, verifyAccessToken } from './tokens.ts';

const MAX_TOKENS = 5000;

/** Verifies access tokens, each once: a client sends the same one with every request until it expires. */
export class VerifiedTokens {
  readonly #keys: KeyRing;
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: MAX_TOKENS });

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** @throws invalid-token, as `verifyAccessToken` */
  verify(token: string): VerifiedToken {
    const known = this.#verified.get(token);
    if (known && known.expiresAt > Date.now()) return { ...known, identity: { ...known.identity } };
    const verified = verifyAccessToken(token, this.#keys);
    this.#verified.set(token, { ...verified, identity: { ...verified.identity } });
    return verified;
  }
}
