import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { newId } from '../../services/shared/ids.ts';
import type { Order } from '../../services/shopping/order/order.ts';
import type { Shopper } from '../../test/support/shop.ts';
import { Browser, registerCustomers, renewSessions } from '../load/customers.ts';
import type { Contender, Run, Workload } from '../load/measure.ts';
import { percentile } from '../report/statistics.ts';
import { type Single, startSingle } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

/** Cost of placing an order in special cases, in a shop of one process on MongoDB with durable writes. */

const STOCK_PIECES = 10_000_000;
const PAST_ORDERS = 100_000;

/** Orders of one SKU by all customers, compared with a different SKU for each customer. */
export async function hotWorkload({ single, catalogue }: BenchSetup): Promise<Workload> {
  const shop = requireSingle(single);
  const customers = await registerCustomers(shop);
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

/** Orders with a known Idempotency-Key, compared with a new key. */
export async function replayWorkload({ single, catalogue }: BenchSetup): Promise<Workload> {
  const shop = requireSingle(single);
  const customers = await registerCustomers(shop);
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

/** Orders in a shop with many past orders, compared with a shop without any. */
export async function historyWorkload({ cluster, catalogue, resources }: BenchSetup): Promise<Workload> {
  if (!cluster) throw new Error('this workload needs --shops with cluster, whose MongoDB it uses');
  const contenders: Contender[] = [];
  for (const [name, past] of [
    ['no past', 0],
    ['100,000 past', PAST_ORDERS],
  ] as const) {
    const shop = await resources.use(startSingle(past === 0 ? 'young' : 'old', join(resources.folder, name), cluster));
    const customers = await registerCustomers(shop);
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

function requireSingle(single: Single | undefined): Single {
  if (!single) throw new Error('this workload needs --shops with cluster and single');
  return single;
}

/** Each customer orders one piece repeatedly; only POST /v1/orders is timed. */
async function placements(
  customers: readonly Shopper[],
  skuOf: (customer: number) => string,
  seconds: number,
  repeat?: 'same key',
): Promise<Run> {
  await renewSessions(customers);
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

/** Sets the stock so high that no order is refused. */
function stockUp(shop: Single, skus: readonly string[]): Promise<unknown> {
  return inDatabase(shop, async (client) => {
    const stock = client.db(`${shop.prefix}product`).collection<{ _id: string }>('stock');
    for (const _id of skus) await stock.updateOne({ _id }, { $set: { available: STOCK_PIECES }, $inc: { rev: 1000 } });
  });
}

/** Inserts settled orders of other customers, copied from an existing order. */
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
