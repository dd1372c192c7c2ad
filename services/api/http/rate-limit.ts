import { createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Rpc } from '../../../lib/contract/contract.ts';

export type RateClass = 'login' | 'mutations' | 'reads';

/** In ms. */
const WINDOW_MS = 60_000;
/** Clients that a gateway remembers at a time. */
const MAX_COUNTERS = 50_000;
/** Leased at a time, as a part of the limit: asking the others costs a call, and what is leased here they cannot use. */
const SHARES = 20;

/** What one client may still ask at this gateway without asking the others. */
interface Lease {
  own: number;
  left: number;
  endsAt: number;
  /** Nobody else was asked. */
  isAlone: boolean;
}

export interface Verdict {
  allowed: boolean;
  /** RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers). */
  policy: string;
  state: string;
  /** In seconds. */
  retryAfter: number;
}

interface Options {
  limits: Readonly<Record<RateClass, number>>;
  /** Makes of a client's address or id what may be stored. */
  secret: string;
  rpc: Rpc;
  warn(text: string, error: unknown): void;
}

/**
 * Counts requests by class and client, together with all other gateways: each leases a part of what a client may ask in
 * a minute, and spends it by itself. While nobody answers, a gateway counts alone: then the shop is slow to say no,
 * rather than closed.
 */
export class RateLimit {
  readonly #options: Options;
  readonly #leases = new LRUCache<string, Lease>({ max: MAX_COUNTERS });
  readonly #pending = new Map<string, Promise<Lease>>();
  #isAlone = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Counts one request; a promise only where the others have to be asked. */
  count(kind: RateClass, client: string): Verdict | Promise<Verdict> {
    const key = `${kind} ${client}`;
    const lease = this.#leases.get(key);
    if (lease && lease.endsAt > Date.now() && (lease.own > 0 || lease.left === 0)) return this.#spend(kind, lease);
    return this.#leased(kind, key).then((fresh) => this.#again(kind, client, fresh));
  }

  /** Others who waited for the same lease may have used it up. */
  #again(kind: RateClass, client: string, lease: Lease): Verdict | Promise<Verdict> {
    return lease.own > 0 || lease.left === 0 ? this.#spend(kind, lease) : this.count(kind, client);
  }

  #spend(kind: RateClass, lease: Lease): Verdict {
    const allowed = lease.own > 0;
    if (allowed) lease.own -= 1;
    const seconds = Math.max(1, Math.ceil((lease.endsAt - Date.now()) / 1000));
    return {
      allowed,
      policy: `"${kind}";q=${this.#options.limits[kind]};w=${WINDOW_MS / 1000}`,
      state: `"${kind}";r=${lease.own + lease.left};t=${seconds}`,
      retryAfter: seconds,
    };
  }

  #leased(kind: RateClass, key: string): Promise<Lease> {
    const pending = this.#pending.get(key);
    if (pending) return pending;
    const asked = this.#ask(kind, key).finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }

  async #ask(kind: RateClass, key: string): Promise<Lease> {
    const { limits, rpc, secret, warn } = this.#options;
    const limit = limits[kind];
    const wish = {
      // With the limit: what was taken under another one says nothing of this one.
      key: createHmac('sha256', secret).update(`limit ${limit} ${key}`).digest('base64url'),
      count: Math.max(1, Math.floor(limit / SHARES)),
      limit,
      window: WINDOW_MS,
    };
    const lease = await rpc.call('limit.take', wish).then(
      ({ granted, left, endsAt }): Lease => {
        this.#isAlone = false;
        return { own: granted, left, endsAt, isAlone: false };
      },
      (error: unknown): Lease => {
        if (!this.#isAlone) warn('the limit service does not answer: requests are counted here alone', error);
        this.#isAlone = true;
        const endsAt = (Math.floor(Date.now() / WINDOW_MS) + 1) * WINDOW_MS;
        const old = this.#leases.get(key);
        const isUsedUp = old?.isAlone === true && old.endsAt === endsAt;
        return { own: isUsedUp ? 0 : limit, left: 0, endsAt, isAlone: true };
      },
    );
    this.#leases.set(key, lease);
    return lease;
  }
}
