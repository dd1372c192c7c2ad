import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { newId } from '../services/shared/ids.ts';
import type { Order } from '../services/shopping/order/order.ts';
import type { Shopper } from '../test/support/shop.ts';
import { Browser, prepare, registerCustomers } from './customers.ts';
import type { Contender, Run, Workload } from './measure.ts';
import { percentile } from './statistics.ts';
import { type Single, startSingle } from './targets.ts';
import type { Field } from './workloads.ts';

/** What placing an order costs under circumstances, in one shop of one process on MongoDB with durable writes. */

const PLENTY = 10_000_000;
const PAST = 100_000;

/** One SKU that all want, to one of their own for each customer. */
export async function hotWorkload({ single, catalogue }: Field): Promise<Workload> {
  const shop = needed(single);
  const customers = await registerCustomers(shop.url);
  const skus = [...catalogue.stock.keys()].slice(0, customers.length + 1);
  await stockUp(shop, skus);
  const [hot = '', ...own] = skus;
  const contender = (name: string, skuOf: (customer: number) => string): Contender => ({
    name,
    pids: shop.pids,
    run: (seconds) => placements(customers, skuOf, seconds),
  });
  return {
    name: 'hot',
    title: 'orders of one SKU',
    contenders: [contender('spread', (n) => own[n] ?? hot), contender('hot', () => hot)],
  };
}

/** A key that was sent before, to one that was not. */
export async function replayWorkload({ single, catalogue }: Field): Promise<Workload> {
  const shop = needed(single);
  const customers = await registerCustomers(shop.url);
  const skus = [...catalogue.stock.keys()].slice(0, customers.length);
  await stockUp(shop, skus);
  const skuOf = (n: number) => skus[n] ?? '';
  return {
    name: 'replays',
    title: 'an order again',
    contenders: [
      { name: 'first', pids: shop.pids, run: (seconds) => placements(customers, skuOf, seconds) },
      { name: 'replay', pids: shop.pids, run: (seconds) => placements(customers, skuOf, seconds, 'same key') },
    ],
  };
}

/** A shop with many past orders, to one with none. */
export async function historyWorkload({ cluster, catalogue, stage }: Field): Promise<Workload> {
  if (!cluster) throw new Error('this workload needs --shops with cluster, whose MongoDB it uses');
  const contenders: Contender[] = [];
  for (const [name, past] of [
    ['no past', 0],
    ['100,000 past', PAST],
  ] as const) {
    const shop = await stage.use(startSingle(past === 0 ? 'young' : 'old', join(stage.folder, name), cluster));
    const customers = await registerCustomers(shop.url);
    const skus = [...catalogue.stock.keys()].slice(0, customers.length);
    await stockUp(shop, skus);
    const run = (seconds: number) => placements(customers, (n) => skus[n] ?? '', seconds);
    if (past > 0) {
      await run(1);
      await copyOrders(shop, past);
    }
    contenders.push({ name, pids: shop.pids, run });
  }
  return { name: 'history', title: 'orders after others', contenders };
}

function needed(single: Single | undefined): Single {
  if (!single) throw new Error('this workload needs --shops with cluster and single');
  return single;
}

/** Each customer orders one piece again and again; only POST /v1/orders is timed. */
async function placements(
  customers: readonly Shopper[],
  skuOf: (customer: number) => string,
  seconds: number,
  repeat?: 'same key',
): Promise<Run> {
  await prepare(customers);
  const times: number[] = [];
  const failures: string[] = [];
  const began = performance.now();
  await Promise.all(
    customers.map(async (customer, n) => {
      const browser = new Browser(customer);
      const place = async (key: string) => {
        const asked = performance.now();
        const { addressId } = customer;
        const { status, body } = await browser.send('POST', '/v1/orders', { addressId }, { 'idempotency-key': key });
        if (status !== 201) throw new Error(`answer ${status}: ${body}`);
        return performance.now() - asked;
      };
      const fill = () => browser.send('PUT', `/v1/cart/items/${skuOf(n)}`, { quantity: 1 });
      const one = randomUUID();
      try {
        if (repeat) {
          await fill();
          await place(one);
        }
        while (performance.now() - began < seconds * 1000) {
          if (!repeat) await fill();
          times.push(await place(repeat ? one : randomUUID()));
        }
      } catch (error) {
        failures.push((error as Error).message);
      }
      browser.close();
    }),
  );
  const spent = times.reduce((sum, time) => sum + time, 0);
  return {
    rate: (1000 * customers.length * times.length) / spent,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    count: times.length,
    errors: failures.length,
    samples: failures.slice(0, 5),
  };
}

async function inDatabase<R>({ mongoUrl }: Single, use: (client: MongoClient) => Promise<R>): Promise<R> {
  const client = new MongoClient(mongoUrl);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** So much that no order is refused. */
function stockUp(shop: Single, skus: readonly string[]): Promise<unknown> {
  return inDatabase(shop, async (client) => {
    const stock = client.db(`${shop.prefix}product`).collection<{ _id: string }>('stock');
    for (const _id of skus) await stock.updateOne({ _id }, { $set: { available: PLENTY }, $inc: { rev: 1000 } });
  });
}

/** Settled orders of other customers, as many as asked for, from one that is there. */
function copyOrders(shop: Single, count: number): Promise<void> {
  return inDatabase(shop, async (client) => {
    const orders = client.db(`${shop.prefix}shopping`).collection<Order>('orders');
    const sample = await orders.findOne({ state: 'PAID' });
    if (!sample) throw new Error('there is no order to copy');
    for (let made = 0; made < count; made += 1000) {
      const docs = Array.from({ length: 1000 }, (_, n) => {
        const customerId = `cus_past_${(made + n) % 2000}`;
        return {
          ...sample,
          _id: newId('ord'),
          customerId,
          idemKey: randomUUID(),
          cartClaim: `${customerId}:${made + n}`,
          outbox: [],
          lease: null,
          nextAt: null,
        };
      });
      await orders.insertMany(docs, { ordered: false });
    }
  });
}
