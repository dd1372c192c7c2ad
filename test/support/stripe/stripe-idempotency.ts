import { failure, type Reply } from './stripe-shapes.ts';

interface KeptRequest {
  request: string;
  /** Absent while the request is under way. */
  reply?: Reply;
}

/**
 * Idempotency keys as Stripe has them (https://docs.stripe.com/api/idempotent_requests): the first response is kept, also a
 * failure; other parameters are refused, and so is a request at the same time.
 */
export class IdempotencyKeys {
  readonly #kept = new Map<string, KeptRequest>();

  /** The response to a request without executing it; `undefined` for a new key, which is in use from now on. */
  begin(key: string, request: string): { reply: Reply; replayed: boolean } | undefined {
    const known = this.#kept.get(key);
    if (!known) {
      this.#kept.set(key, { request });
      return undefined;
    }
    if (known.request !== request) {
      const message = 'Keys for idempotent requests can only be used with the same parameters.';
      return { reply: failure(400, 'idempotency_error', { message }), replayed: false };
    }
    if (known.reply) return { reply: known.reply, replayed: true };
    const inUse = { code: 'idempotency_key_in_use', message: 'Another request with this key is under way.' };
    return { reply: failure(409, 'idempotency_error', inUse), replayed: false };
  }

  end(key: string, request: string, reply: Reply): void {
    if (reply.isKept === false) this.#kept.delete(key);
    else this.#kept.set(key, { request, reply: structuredClone(reply) });
  }

  /** As Stripe does after a day. */
  forget(): void {
    this.#kept.clear();
  }
}
