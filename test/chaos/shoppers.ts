import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, request, Shopper } from '../support/shop.ts';
import { type Random, seeded } from './random.ts';

/** What shoppers pay with, by how often: everything that a payment provider does to a shop. */
const METHODS = [
  ...Array<string>(12).fill('tok_approve'),
  'tok_two_step',
  'tok_decline',
  'tok_timeout_charged',
  'tok_timeout_not_charged',
  'tok_late_webhook',
  'tok_duplicate_webhook',
  'tok_late_decline',
  'tok_challenge_approved',
  'tok_challenge_declined',
  'tok_challenge_abandoned',
];

export interface Told {
  /** Orders that a customer was told of, by 201 or 202. */
  acknowledged: string[];
  /** Answers by status, and by problem where there is one. */
  answers: Record<string, number>;
  /** What no shopper should ever see. */
  unexpected: string[];
}

const EXPECTED = ['out-of-stock', 'payment-declined', 'order-expired', 'coupon-refused', 'empty-cart', 'order-open'];

/** Shoppers who order one thing after the other until told that it is enough, each repeating what got no answer. */
export class Crowd {
  readonly told: Told = { acknowledged: [], answers: {}, unexpected: [] };
  #placed = 0;
  readonly #target: number;
  #enough = false;
  readonly #clients: Promise<void>[];

  constructor(shoppers: readonly Shopper[], skus: readonly string[], target: number, seed: number) {
    this.#target = target;
    this.#clients = shoppers.map((shopper, index) => this.#shop(shopper, skus, seeded(`${seed} shopper ${index}`)));
  }

  get placed(): number {
    return this.#placed;
  }

  /** From here on nobody begins another order once as many as were asked for are placed. */
  enough(): void {
    this.#enough = true;
  }

  /** Resolves when all orders are answered. */
  async done(): Promise<Told> {
    await Promise.all(this.#clients);
    return this.told;
  }

  async #shop(shopper: Shopper, skus: readonly string[], random: Random): Promise<void> {
    while (this.#placed < this.#target || !this.#enough) {
      this.#placed += 1;
      const key = `chaos-${random.next()}`;
      for (let lines = random.between(1, 3); lines > 0; lines -= 1) {
        const sku = random.pick(skus);
        await insist(shopper, () => shopper.put(sku, random.between(1, 2)));
      }
      if (random.next() < 0.1) await insist(shopper, () => shopper.ask('POST /v1/checkout/hold', {}));
      const body = {
        addressId: shopper.addressId,
        paymentMethod: random.pick(METHODS),
        ...(random.next() < 0.2 ? { couponCodes: ['CHAOS'] } : {}),
      };
      const send = (key: string) =>
        insist(shopper, () => shopper.ask('POST /v1/orders', body, { 'idempotency-key': key }));
      // Sometimes from two tabs at once, each with a key of its own: at most one of them becomes an order.
      const [answer, other] =
        random.next() < 0.1 ? await Promise.all([send(key), send(`${key}-tab`)]) : [await send(key)];
      this.#note(answer);
      if (other) this.#noteTab(answer, other);
      for (const one of [answer, other])
        if (one?.body?.status === 'PENDING') await this.#finish(shopper, one.body.id, random);
      const id = answer.body?.id;
      if (answer.status === 201 && random.next() < 0.15) {
        const cancelled = await insist(shopper, () => shopper.ask(`POST /v1/orders/${id}/cancel`, {}));
        if (cancelled.status !== 200) this.told.unexpected.push(`cancel ${JSON.stringify(cancelled.body)}`);
      }
      // What was refused stays in the cart, and would make the next order dearer and dearer.
      const open = [answer, other].find((one) => one?.body?.type === '/problems/order-open');
      if (open) await outcomeOf(shopper, open.body.orderId);
      if (answer.status >= 400) await insist(shopper, () => shopper.ask('DELETE /v1/cart'));
    }
  }

  /** Does what an order that is not paid yet waits for: asks for the payment, chooses another method, or gives it up. */
  async #finish(shopper: Shopper, id: string, random: Random): Promise<void> {
    const path = `/v1/orders/${id}`;
    for (const deadline = Date.now() + GIVE_UP; Date.now() < deadline; await sleep(300)) {
      const { body } = await insist(shopper, () => shopper.ask(`POST ${path}/payment/complete`, {}));
      if (body?.status !== 'PENDING') return;
      const { status, method } = body.payment;
      if (status === 'processing' || (status === 'requires-action' && method !== 'tok_challenge_abandoned')) continue;
      if (random.next() < 0.2) {
        await insist(shopper, () => shopper.ask(`POST ${path}/cancel`, {}));
        continue;
      }
      const key = `chaos-${random.next()}`;
      const choice = { paymentMethod: random.pick(METHODS) };
      await insist(shopper, () => shopper.ask(`POST ${path}/payment`, choice, { 'idempotency-key': key }));
    }
  }

  /** Two orders of one cart are one too many, unless the first was rejected before the second was accepted. */
  #noteTab(answer: Answer, other: Answer): void {
    this.#note(other);
    const both = [answer, other].filter(({ status }) => status === 201);
    if (both.length > 1) this.told.unexpected.push(`one cart, two orders: ${both.map(({ body }) => body.id)}`);
  }

  #note({ status, body }: Answer): void {
    const problem = String(body?.type ?? '').replace('/problems/', '');
    const name = problem ? `${status} ${problem}` : String(status);
    this.told.answers[name] = (this.told.answers[name] ?? 0) + 1;
    if (status === 201 || status === 202) this.told.acknowledged.push(body.id);
    else if (!EXPECTED.includes(problem)) this.told.unexpected.push(`${status} ${JSON.stringify(body)}`);
  }
}

/** Shoppers with an account and an address, made while the cluster is still well. */
export function crowdOf(url: string, count: number): Promise<Shopper[]> {
  return Promise.all(Array.from({ length: count }, () => Shopper.at(url)));
}

const GIVE_UP = 180_000;

/** Repeats a request while it is not known how it ended, as a good front end does. An expired token is renewed. */
async function insist(shopper: Shopper, ask: () => Promise<Answer>): Promise<Answer> {
  for (const deadline = Date.now() + GIVE_UP; ; ) {
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 401) await renew(shopper);
    const open =
      !answer || answer.status === 401 || answer.status >= 500 || answer.body?.type === '/problems/request-in-progress';
    if (answer && !open) return answer;
    if (Date.now() > deadline) throw new Error(`no answer for ${GIVE_UP} ms, last ${JSON.stringify(answer?.body)}`);
    await sleep(200);
  }
}

/** Waits until an order has an outcome, as a shopper does who is told that the cart is in it. */
async function outcomeOf(shopper: Shopper, orderId: string): Promise<void> {
  for (const deadline = Date.now() + GIVE_UP; Date.now() < deadline; await sleep(500)) {
    const { body } = await insist(shopper, () => shopper.ask(`GET /v1/orders/${orderId}`));
    if (body?.status !== 'PENDING') return;
  }
}

/** Access tokens last minutes, a full run longer. */
async function renew(shopper: Shopper): Promise<void> {
  const { email, password } = shopper;
  const { body } = await request(shopper.url, 'POST /v1/auth/login', { body: { email, password } });
  if (body?.accessToken) shopper.token = body.accessToken;
}
