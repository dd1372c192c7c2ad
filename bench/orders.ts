import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Shopper } from '../test/support/shop.ts';
import type { Shelf } from './catalogue.ts';
import { Browser, prepare, type Reply } from './customers.ts';
import type { Run } from './measure.ts';
import { percentile } from './statistics.ts';

/** By then, a paid order has emptied its cart, or something is wrong. */
const EMPTY_WITHIN = 10_000;

/** Of an order. */
export const LINES = 2;

/**
 * Each customer fills the cart with two lines and orders them, again and again. `rate` is of the placements alone: as
 * many as there are customers, by the mean time that POST /v1/orders takes.
 * @param limits.most orders: a fast shop ends sooner, so that there is stock for every round
 */
export async function orderLoad(
  customers: readonly Shopper[],
  shelf: Shelf,
  { seconds, most }: { seconds: number; most: number },
): Promise<Run> {
  await prepare(customers);
  const times: number[] = [];
  const failures: string[] = [];
  const began = performance.now();
  const order = async (browser: Browser, addressId: string) => {
    await fill(browser, shelf);
    const headers = { 'idempotency-key': randomUUID() };
    const asked = performance.now();
    const reply = await browser.send('POST', '/v1/orders', { addressId }, headers);
    const time = performance.now() - asked;
    expect(reply, 201);
    if (JSON.parse(reply.body).items.length !== LINES) throw new Error(`an order of other lines: ${reply.body}`);
    times.push(time);
  };
  await Promise.all(
    customers.map(async (customer) => {
      const browser = new Browser(customer);
      while (performance.now() - began < seconds * 1000 && times.length < most && failures.length < customers.length) {
        await order(browser, customer.addressId).catch((error: Error) => failures.push(error.message));
      }
      browser.close();
    }),
  );
  const wall = performance.now() - began;
  const spent = times.reduce((sum, time) => sum + time, 0);
  return {
    rate: (1000 * customers.length * times.length) / spent,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    count: times.length,
    errors: failures.length,
    samples: failures.slice(0, 5),
    loopRate: (1000 * times.length) / wall,
    inFlight: spent / wall,
  };
}

/** Two lines. What was ordered last leaves the cart a moment after the order was answered: that is waited for. */
async function fill(browser: Browser, shelf: Shelf): Promise<void> {
  const lines = (reply: Reply): number => JSON.parse(expect(reply, 200)).items.length;
  let inCart = lines(await put(browser, shelf.take()));
  for (const deadline = performance.now() + EMPTY_WITHIN; inCart !== 1; ) {
    if (performance.now() > deadline)
      throw new Error(`a cart still has ${inCart} lines ${EMPTY_WITHIN} ms after its order`);
    await delay(5);
    inCart = lines(await browser.send('GET', '/v1/cart'));
  }
  expect(await put(browser, shelf.take()), 200);
}

const put = (browser: Browser, sku: string) => browser.send('PUT', `/v1/cart/items/${sku}`, { quantity: 1 });

function expect({ status, body }: Reply, wanted: number): string {
  if (status !== wanted) throw new Error(`answer ${status}: ${body}`);
  return body;
}
