import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { ADDRESS, Shopper } from '../../test/support/shop.ts';
import type { Shelf } from './catalogue.ts';
import { LATE, type Visit } from './open-loop.ts';

type EndedVisit = Omit<Visit, 'endedAt'>;

/** A later answer is useless: the shopper has left. */
const MAX_USEFUL_MS = 2000;
/** A cycle of twenty visits has this mix, without those that the gateway answers from its cache. */
const BROWSE_VISITS = 12;
const CART_VISITS = 6;
const CYCLE_VISITS = 20;
/** The share of each kind in all visits. */
export const SHARES = {
  browse: BROWSE_VISITS / CYCLE_VISITS,
  cart: CART_VISITS / CYCLE_VISITS,
  order: 1 - (BROWSE_VISITS + CART_VISITS) / CYCLE_VISITS,
};

interface Answered {
  status: number;
  took: number;
  body: string;
  isConnected: boolean;
}

interface Customer {
  shopper: Shopper;
  /** Whether the cart has a line. */
  isReady: boolean;
}

/** Visitors of a shop: of twenty, twelve search, six add to a cart, and two order. */
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

  visit(): Promise<EndedVisit> {
    this.#count += 1;
    const turn = (this.#count * 7) % CYCLE_VISITS;
    if (turn < BROWSE_VISITS) return this.#search();
    return this.#asCustomer(turn < BROWSE_VISITS + CART_VISITS ? 'cart' : 'order');
  }

  /** All searches differ, so that no near-cache has the answer. */
  async #search(): Promise<EndedVisit> {
    const path = `/v1/products?q=wool&minPrice=${this.#count % 100_000}&limit=20&facets=brand`;
    return visitOf('browse', await this.#send('GET', path), 200);
  }

  async #asCustomer(kind: 'cart' | 'order'): Promise<EndedVisit> {
    const customer = this.#free.shift();
    if (!customer) return { kind, ending: 'failed', took: 0, sample: 'no customer is free' };
    try {
      return await (kind === 'cart' ? this.#fill(customer) : this.#order(customer));
    } finally {
      this.#free.push(customer);
    }
  }

  async #fill(customer: Customer): Promise<EndedVisit> {
    const path = `/v1/cart/items/${this.#shelf.take()}`;
    const outcome = visitOf('cart', await this.#send('PUT', path, customer.shopper, { quantity: 1 }), 200);
    if (outcome.ending === 'served') customer.isReady = true;
    return outcome;
  }

  async #order(customer: Customer): Promise<EndedVisit> {
    if (!customer.isReady) {
      const filled = await this.#fill(customer);
      if (filled.ending !== 'served') return { ...filled, kind: 'order' };
    }
    const headers = { 'idempotency-key': randomUUID() };
    const answer = await this.#send('POST', '/v1/orders', customer.shopper, { address: ADDRESS }, headers);
    // The order is accepted, so the cart will be empty soon.
    if (answer.status < 300) customer.isReady = false;
    return visitOf('order', answer, 201, 202);
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

function visitOf(kind: string, { status, took, body, isConnected }: Answered, ...good: number[]): EndedVisit {
  if (good.includes(status)) {
    return took <= MAX_USEFUL_MS ? { kind, ending: 'served', took } : { kind, ending: 'failed', took, sample: LATE };
  }
  const isRefusal = status === 503 && body.includes('/problems/overloaded');
  return isRefusal
    ? { kind, ending: 'refused', took, isConnected }
    : { kind, ending: 'failed', took, sample: `${kind} answered ${status}: ${body.slice(0, 200)}` };
}
