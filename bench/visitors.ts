import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { ADDRESS, Shopper } from '../test/support/shop.ts';
import type { Shelf } from './catalogue.ts';
import { LATE, type Visit } from './open-loop.ts';

type Ended = Omit<Visit, 'endedAt'>;

/** An answer that comes later than this is of no use to anyone, in ms. */
const USEFUL_MS = 2000;
/** Of twenty visits: what shoppers of a shop do, as far as its gateway cannot answer it by itself. */
const BROWSING = 12;
const CARTS = 6;
const ALL = 20;
/** How many of all visits are of each kind. */
export const SHARES = { browse: BROWSING / ALL, cart: CARTS / ALL, order: 1 - (BROWSING + CARTS) / ALL };

interface Answered {
  status: number;
  took: number;
  body: string;
  isConnected: boolean;
}

interface Customer {
  shopper: Shopper;
  /** Something is in the cart. */
  isReady: boolean;
}

/** Visitors of a shop: of twenty, twelve search, six put something into a cart, and two order. */
export class Visitors {
  readonly #url: string;
  readonly #shelf: Shelf;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #free: Customer[] = [];
  #count = 0;

  constructor(url: string, shelf: Shelf) {
    this.#url = url;
    this.#shelf = shelf;
  }

  async register(count: number): Promise<void> {
    for (let n = 0; n < count; n += 8) {
      const some = await Promise.all(Array.from({ length: 8 }, () => Shopper.at(this.#url)));
      this.#free.push(...some.map((shopper) => ({ shopper, isReady: false })));
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  visit(): Promise<Ended> {
    this.#count += 1;
    const turn = (this.#count * 7) % ALL;
    if (turn < BROWSING) return this.#search();
    return this.#asCustomer(turn < BROWSING + CARTS ? 'cart' : 'order');
  }

  /** No two are the same, so that no near-cache has the answer. */
  async #search(): Promise<Ended> {
    const path = `/v1/products?q=wool&minPrice=${this.#count % 100_000}&limit=20&facets=brand`;
    return ended('browse', await this.#send('GET', path), 200);
  }

  async #asCustomer(kind: 'cart' | 'order'): Promise<Ended> {
    const customer = this.#free.shift();
    if (!customer) return { kind, ending: 'failed', took: 0, sample: 'no customer is free' };
    try {
      return await (kind === 'cart' ? this.#fill(customer) : this.#order(customer));
    } finally {
      this.#free.push(customer);
    }
  }

  async #fill(customer: Customer): Promise<Ended> {
    const path = `/v1/cart/items/${this.#shelf.take()}`;
    const outcome = ended('cart', await this.#send('PUT', path, customer.shopper, { quantity: 1 }), 200);
    if (outcome.ending === 'served') customer.isReady = true;
    return outcome;
  }

  async #order(customer: Customer): Promise<Ended> {
    if (!customer.isReady) {
      const filled = await this.#fill(customer);
      if (filled.ending !== 'served') return { ...filled, kind: 'order' };
    }
    const headers = { 'idempotency-key': randomUUID() };
    const answer = await this.#send('POST', '/v1/orders', customer.shopper, { address: ADDRESS }, headers);
    // Settled or on its way, the cart is empty in a moment.
    if (answer.status < 300) customer.isReady = false;
    return ended('order', answer, 201, 202);
  }

  #send(method: string, path: string, shopper?: Shopper, body?: object, more: Record<string, string> = {}) {
    const text = body && JSON.stringify(body);
    const headers = {
      ...(shopper ? { authorization: `Bearer ${shopper.token}` } : {}),
      ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}),
      ...more,
    };
    const asked = performance.now();
    return new Promise<Answered>((resolve, reject) => {
      const sent = request(this.#url + path, { agent: this.#agent, method, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          body += part;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            took: performance.now() - asked,
            body,
            isConnected: sent.reusedSocket,
          }),
        );
      });
      sent.once('error', reject);
      sent.end(text);
    });
  }
}

function ended(kind: string, { status, took, body, isConnected }: Answered, ...good: number[]): Ended {
  if (good.includes(status)) {
    return took <= USEFUL_MS ? { kind, ending: 'served', took } : { kind, ending: 'failed', took, sample: LATE };
  }
  const isRefusal = status === 503 && body.includes('/problems/overloaded');
  return isRefusal
    ? { kind, ending: 'refused', took, isConnected }
    : { kind, ending: 'failed', took, sample: `${kind} answered ${status}: ${body.slice(0, 200)}` };
}
