import { createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Rpc } from '../../../lib/contract/contract.ts';

export type RateClass = 'login' | 'mutations' | 'reads';

const WINDOW_MS = 60_000;
/** Clients whose leases a gateway keeps. */
const MAX_LEASES = 50_000;
/** A lease is this part of the limit: a smaller one costs more calls, a larger one keeps more from the other gateways. */
const LEASES_PER_LIMIT = 20;

/** Requests that a client may make at this gateway without a call to the limit service. */
interface Lease {
  /** Left of this lease. */
  own: number;
  /** Left of the limit, for leases to come. */
  left: number;
  endsAt: number;
  /** Made without the limit service, which did not answer. */
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
  /** Keys the hash of a client's address or id, which alone is stored. */
  secret: string;
  rpc: Rpc;
  warn(text: string, error: unknown): void;
}

/**
 * Counts requests by class and client, together with all other gateways: each leases a part of a client's limit per
 * minute, and counts it down by itself. While the limit service does not answer, a gateway counts alone: the shop then
 * allows more, rather than nothing.
 */
export class RateLimit {
  readonly #options: Options;
  readonly #leases = new LRUCache<string, Lease>({ max: MAX_LEASES });
  readonly #pending = new Map<string, Promise<Lease>>();
  #isAlone = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Counts one request. A promise only where a new lease is needed. */
  count(kind: RateClass, client: string): Verdict | Promise<Verdict> {
    const key = `${kind} ${client}`;
    const lease = this.#leases.get(key);
    if (lease && lease.endsAt > Date.now() && (lease.own > 0 || lease.left === 0)) return this.#spend(kind, lease);
    return this.#leased(kind, key).then((fresh) => this.#again(kind, client, fresh));
  }

  /** Requests that waited for the same lease may have used it up. */
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
    const request = {
      // With the limit in the key, a changed limit starts anew.
      key: createHmac('sha256', secret).update(`limit ${limit} ${key}`).digest('base64url'),
      count: Math.max(1, Math.floor(limit / LEASES_PER_LIMIT)),
      limit,
      window: WINDOW_MS,
    };
    const lease = await rpc.call('limit.take', request).then(
      ({ granted, left, endsAt }): Lease => {
        this.#isAlone = false;
        return { own: granted, left, endsAt, isAlone: false };
      },
      (error: unknown): Lease => {
        if (!this.#isAlone) warn('limit service does not answer: this gateway counts requests alone', error);
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
