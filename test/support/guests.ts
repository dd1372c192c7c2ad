import { randomUUID } from 'node:crypto';
import type { Config } from '../../lib/process/config.ts';
import { Mailbox } from './mailbox.ts';
import { ADDRESS, type Answer, eventually, request, type Shopper, startShop, type TestShop } from './shop.ts';

/** One without an account, at a gateway: known by the token of the cart, then by the token of the order. */
export class Guest {
  readonly url: string;
  readonly email: string;
  cartToken = '';
  orderId = '';
  orderToken = '';

  constructor(url: string, email = `${randomUUID()}@example.com`) {
    this.url = url;
    this.email = email;
  }

  /** A guest who has placed an order of these. */
  static async withOrder(url: string, sku: string, quantity = 1, email?: string): Promise<Guest> {
    const guest = new Guest(url, email);
    await guest.put(sku, quantity);
    const { status, body } = await guest.order();
    if (status !== 201) throw new Error(`the order was answered ${status}: ${JSON.stringify(body)}`);
    return guest;
  }

  async put(sku: string, quantity: number): Promise<Answer> {
    const answer = await request(this.url, `PUT /v1/cart/items/${sku}`, { body: { quantity }, headers: this.cart });
    this.cartToken = answer.headers.get('x-cart-token') ?? this.cartToken;
    return answer;
  }

  /** Places an order of what is in the cart. */
  async order(key: string = randomUUID(), body: object = {}): Promise<Answer> {
    const answer = await request(this.url, 'POST /v1/orders', {
      body: { email: this.email, address: ADDRESS, ...body },
      headers: { ...this.cart, 'idempotency-key': key },
    });
    this.orderId = answer.body.id ?? this.orderId;
    this.orderToken = answer.body.orderToken ?? this.orderToken;
    return answer;
  }

  /** A request about the order, with its token. */
  ask(route: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return request(this.url, route, { body, headers: { 'x-order-token': this.orderToken, ...headers } });
  }

  get cart(): Record<string, string> {
    return this.cartToken ? { 'x-cart-token': this.cartToken } : {};
  }
}

/** Waits until nothing is under way in a shop, and its books agree. */
export const untilAtRest = (shop: TestShop): Promise<unknown> =>
  eventually(
    async () => (await shop.broker.call('audit.run', { atRest: true })).violations,
    (violations) => violations.length === 0,
  );

/** Follows the link in the mail that verifies the address of an account. */
export async function verify(shopper: Shopper, mails: Mailbox): Promise<void> {
  const token = await mails.token(shopper.email, 'verify-email');
  const { status } = await request(shopper.url, 'POST /v1/auth/email/verify', { body: { token } });
  if (status !== 204) throw new Error(`the link was answered ${status}`);
}

/** A shop with its mails, and an article of which there are many. */
export async function startGuestShop(config: Config): Promise<{ shop: TestShop; mails: Mailbox; sku: string }> {
  const shop = await startShop(config);
  const { body } = await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater');
  return { shop, mails: new Mailbox(config.dataDir), sku: body.variants[0].sku };
}

/** Stops a shop once nothing is under way in it. */
export async function stopAtRest(shop: TestShop): Promise<void> {
  await untilAtRest(shop);
  await shop.stop();
}
