import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Shopper } from '../../test/support/shop.ts';
import { percentile } from '../report/statistics.ts';
import type { Shelf } from './catalogue.ts';
import { Browser, type Reply, renewSessions } from './customers.ts';
import type { Run } from './measure.ts';

/** Time in which a paid order must have emptied its cart. */
const CART_EMPTY_TIMEOUT_MS = 10_000;

export const ORDER_LINES = 2;

/**
 * Each customer repeatedly fills the cart with two lines and orders them. `rate` counts placements only: the number of
 * customers divided by the mean time of POST /v1/orders.
 * @param limits.most maximum number of orders, so that the stock lasts for every round
 */
export async function orderLoad(
  customers: readonly Shopper[],
  shelf: Shelf,
  { seconds, most }: { seconds: number; most: number },
): Promise<Run> {
  await renewSessions(customers);
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
    if (JSON.parse(reply.body).items.length !== ORDER_LINES) throw new Error(`an order of other lines: ${reply.body}`);
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

/** Puts two lines into the cart. Waits for the last order's lines to leave it, which happens after that order was answered. */
async function fill(browser: Browser, shelf: Shelf): Promise<void> {
  const lines = (reply: Reply): number => JSON.parse(expect(reply, 200)).items.length;
  let inCart = lines(await put(browser, shelf.take()));
  for (const deadline = performance.now() + CART_EMPTY_TIMEOUT_MS; inCart !== 1; ) {
    if (performance.now() > deadline)
      throw new Error(`a cart still has ${inCart} lines ${CART_EMPTY_TIMEOUT_MS} ms after its order`);
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
