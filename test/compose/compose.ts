import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runSession, sessionSteps } from '../support/readme-session.ts';
import { sampleStock } from '../support/sample.ts';
import { type Answer, Shopper, send } from '../support/shop.ts';
import { Deployment, missingDocker } from './deployment.ts';

const missing = await missingDocker();
if (missing) console.error(`\n*** THE COMPOSE FILE IS NOT TESTED: ${missing} ***\n`);
const whereDockerRuns = missing ? test.skip : test;

let shop: Deployment;
/** SKUs of the sample catalogue, so many and of so many pieces that none is sold out. */
let skus: string[];
let turn = 0;
/** Customers who stay logged in: registering is limited as logging in is. */
let customers: [Shopper, Shopper, Shopper, Shopper];

beforeAll(async () => {
  if (missing) return;
  shop = await Deployment.start();
  await until('customers can register', async () => {
    const [a, b, c, d] = [Shopper.at(shop.url), Shopper.at(shop.url), Shopper.at(shop.url), Shopper.at(shop.url)];
    customers = await Promise.all([a, b, c, d]);
    return true;
  });
  skus = [...(await sampleStock())].flatMap(([sku, pieces]) => (pieces >= 100 ? [sku] : []));
}, 1_200_000);
afterAll(() => shop?.stop(), 120_000);

/** Waits for a condition. @throws what it was when the time is over */
async function until(what: string, isSo: () => Promise<boolean>, withinMs = 120_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await isSo().catch(() => false)); await sleep(250)) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
  }
}

/** Access tokens last ten minutes, this test longer. */
async function renew(shopper: Shopper): Promise<void> {
  const { email, password } = shopper;
  const { body } = await send(shop.url, 'POST /v1/auth/login', { body: { email, password } });
  if (body?.accessToken) shopper.token = body.accessToken;
}

const wholeShopServes = () =>
  until('an order can be placed', async () => {
    const [, , , shopper] = customers;
    await shopper.put(skus[turn++ % skus.length] as string, 1);
    const { status } = await shopper.order();
    if (status === 401) await renew(shopper);
    return status === 201;
  });

/** Shoppers who browse, fill a cart and order, one thing after the other. A refusal is noted, and repeated as told. */
class Load {
  readonly orders: { shopper: Shopper; id: string }[] = [];
  /** Answers that are no success. */
  readonly failed: { route: string; status: number; type: string; retryAfter: string | null }[] = [];
  answered = 0;
  #running = true;
  readonly #clients: Promise<void>[];

  constructor(shoppers: readonly Shopper[]) {
    this.#clients = shoppers.map((shopper) => this.#shop(shopper));
  }

  async #shop(shopper: Shopper): Promise<void> {
    for (let i = customers.indexOf(shopper); this.#running; i += customers.length) {
      await this.#insist(shopper, 'GET /v1/products?category=knitwear&limit=5');
      await this.#insist(shopper, `PUT /v1/cart/items/${skus[i % skus.length]}`, { quantity: 1 });
      const key = { 'idempotency-key': randomUUID() };
      const { body } = await this.#insist(shopper, 'POST /v1/orders', { addressId: shopper.addressId }, key);
      this.orders.push({ shopper, id: body.id });
      await sleep(200);
    }
  }

  async #insist(
    shopper: Shopper,
    route: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    for (const end = Date.now() + 120_000; ; await sleep(500)) {
      const answer = await send(shop.url, route, { body, headers, token: shopper.token }).catch(() => undefined);
      this.answered += 1;
      if (answer && answer.status < 300 && answer.status !== 202) return answer;
      if (answer?.status === 401) await renew(shopper);
      else if (answer?.status !== 202) {
        const type = answer ? String(answer.body?.type ?? answer.headers.get('content-type')) : 'no answer';
        this.failed.push({
          route,
          status: answer?.status ?? 0,
          type,
          retryAfter: answer?.headers.get('retry-after') ?? null,
        });
      }
      if (Date.now() > end)
        throw new Error(`${route} is still answered ${answer?.status} ${JSON.stringify(answer?.body)}`);
    }
  }

  async stop(): Promise<this> {
    this.#running = false;
    await Promise.all(this.#clients);
    return this;
  }
}

whereDockerRuns(
  "the README's session runs through the balancer",
  async () => {
    const steps = await sessionSteps();
    expect(await runSession(steps, shop.url)).toEqual(steps);
  },
  180_000,
);

/** Tries to log in `tries` times at once. Prints how often each status was answered. */
const guess = (tries: number, forwardedFor?: string) => `
  const count = {};
  await Promise.all(Array.from({ length: ${tries} }, async () => {
    const answer = await fetch('http://balancer:8080/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ${forwardedFor ? `'x-forwarded-for': '${forwardedFor}',` : ''} },
      body: JSON.stringify({ email: crypto.randomUUID() + '@example.com', password: 'wrong' }),
    });
    count[answer.status] = (count[answer.status] ?? 0) + 1;
  }));
  console.log(JSON.stringify(count));`;

whereDockerRuns(
  'two clients behind the balancer have limits of their own, and a forged X-Forwarded-For changes nothing',
  async () => {
    const [first, second] = [await shop.client(), await shop.client()];
    try {
      // A bucket has 30 tries, and gets one back every two seconds.
      expect(await shop.evaluate(first, guess(40))).toHaveProperty('429');
      expect(await shop.evaluate(first, guess(25, '203.0.113.7'))).toHaveProperty('429');
      expect(await shop.evaluate(second, guess(1))).toEqual({ 401: 1 });
    } finally {
      await shop.removeClient(first);
      await shop.removeClient(second);
    }
  },
  120_000,
);

whereDockerRuns(
  'with one node kind away the rest is served, and what it would serve answers a problem with Retry-After',
  async () => {
    await shop.compose('stop', 'shopping');
    try {
      expect((await send(shop.url, 'GET /readyz')).status).toBe(200);
      expect((await send(shop.url, 'GET /v1/categories')).status).toBe(200);
      const cart = await send(shop.url, 'GET /v1/cart', { headers: { 'x-cart-token': 'A'.repeat(43) } });
      expect(cart).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
      expect(cart.headers.get('retry-after')).toMatch(/^\d+$/);
    } finally {
      await shop.compose('start', 'shopping');
      await wholeShopServes();
    }
  },
  300_000,
);

whereDockerRuns(
  "without a gateway the balancer's own answer is a problem with Retry-After",
  async () => {
    await shop.compose('stop', 'api');
    try {
      await until('the balancer answers by itself', async () => (await send(shop.url, 'GET /healthz')).status === 503);
      const answer = await send(shop.url, 'GET /v1/products');
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.body).toMatchObject({ type: '/problems/unavailable', status: 503 });
      expect(answer.body.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
    } finally {
      await shop.compose('start', 'api');
      await wholeShopServes();
    }
  },
  300_000,
);

whereDockerRuns(
  'each container is killed under load and comes back: no order is lost, and a refusal says when to come again',
  async () => {
    const load = new Load(customers.slice(0, 3));
    for (const service of ['customer', 'product', 'shopping', 'api', 'nats', 'mongo', 'balancer']) {
      for (const container of await shop.containers(service)) {
        const { started } = await shop.state(container);
        await shop.crash(container);
        await until(`${service} is back`, () => shop.isBack(container, started));
      }
      await wholeShopServes();
    }
    const { orders, failed } = await load.stop();
    expect(orders.length).toBeGreaterThan(0);
    const unclear = failed.filter(({ status, retryAfter }) => status !== 0 && !retryAfter);
    expect(unclear).toEqual([]);
    for (const { shopper, id } of orders) {
      const order = await shopper.ask(`GET /v1/orders/${id}`);
      expect([id, order.status]).toEqual([id, 200]);
    }
  },
  1_200_000,
);

whereDockerRuns(
  'a rolling recreation under load has not one failed request',
  async () => {
    const before = await Promise.all(['customer', 'product', 'shopping', 'api'].map((kind) => shop.containers(kind)));
    const load = new Load(customers.slice(0, 3));
    await shop.roll();
    const { failed, orders } = await load.stop();
    expect(failed).toEqual([]);
    expect(orders.length).toBeGreaterThan(0);
    const after = await Promise.all(['customer', 'product', 'shopping', 'api'].map((kind) => shop.containers(kind)));
    expect(after.map((ids) => ids.length)).toEqual(before.map((ids) => ids.length));
    expect(after.flat().filter((id) => before.flat().includes(id))).toEqual([]);
  },
  900_000,
);
