import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Config } from '../../lib/process/config.ts';
import { manyCustomersOf } from './customers.ts';
import { eventually } from './eventually.ts';
import { request, type Shopper } from './shop.ts';

/** A shop on MongoDB that orders are sent to. */
interface Shop {
  url: string;
  /** With the token secret, MongoDB and database prefix of the shop. */
  config: Config;
}

interface ShopperWithCart {
  shopper: Shopper;
  /** Those in the cart. */
  skus: readonly string[];
}

/** Customers who share a pair of SKUs. */
const CUSTOMERS_PER_PAIR = 8;
/** So that the last of what follows has the time of a slow machine. */
const SETTLE_TIMEOUT_MS = 120_000;

/** New customers with two lines in their carts, neighbours with different SKUs as far as there are enough. */
export async function customersWithTwoLines(
  { url, config }: Shop,
  skus: readonly string[],
  count: number,
): Promise<ShopperWithCart[]> {
  const groups: ShopperWithCart[][] = [];
  for (let pair = 0; pair * CUSTOMERS_PER_PAIR < count; pair += 1) {
    const own = [0, 1].map((line) => skus[(2 * pair + line) % skus.length] ?? '');
    const inCart = Object.fromEntries(own.map((sku) => [sku, 1]));
    const shoppers = await manyCustomersOf(url, config, CUSTOMERS_PER_PAIR, inCart);
    groups.push(shoppers.map((shopper) => ({ shopper, skus: own })));
  }
  const places = Array.from({ length: CUSTOMERS_PER_PAIR }, (_, n) => groups.flatMap((group) => group.slice(n, n + 1)));
  return places.flat().slice(0, count);
}

/**
 * Each customer orders once, so many at a time. Resolves with the number of orders once all that follows is done: goods are
 * sold, carts emptied, mails sent. @throws when an order is refused
 */
export async function streamOrders(
  shop: Shop,
  shoppers: readonly ShopperWithCart[],
  inFlight: number,
): Promise<number> {
  await inTurn(shoppers, inFlight, async ({ shopper: { url, token, addressId } }) => {
    const headers = { 'idempotency-key': randomUUID() };
    const { status, body } = await request(url, 'POST /v1/orders', { body: { addressId }, headers, token });
    if (status !== 201) throw new Error(`an order was answered ${status}: ${JSON.stringify(body)}`);
  });
  await untilSettled(shop);
  return shoppers.length;
}

/** Each customer changes the quantity of a cart line `times` times. Resolves with the number of changes. */
export async function streamCartUpdates(
  shoppers: readonly ShopperWithCart[],
  inFlight: number,
  times: number,
): Promise<number> {
  for (let time = 0; time < times; time += 1) {
    await inTurn(shoppers, inFlight, async ({ shopper, skus: [sku = ''] }) => {
      const { status, body } = await shopper.put(sku, 2 + (time % 2));
      if (status !== 200) throw new Error(`a cart update was answered ${status}: ${JSON.stringify(body)}`);
    });
  }
  return shoppers.length * times;
}

async function inTurn<T>(items: readonly T[], inFlight: number, act: (item: T) => Promise<void>) {
  const left = items.values();
  const clients = Array.from({ length: inFlight }, async () => {
    for (const item of left) await act(item);
  });
  await Promise.all(clients);
}

/** Waits until the orders of a database have nothing left to do, all goods are sold and all mails sent. */
async function untilSettled({ config }: Shop): Promise<void> {
  const client = new MongoClient(config.mongoUrl ?? '');
  const count = (kind: string, collection: string, filter: object) =>
    client.db(`${config.databasePrefix}${kind}`).collection(collection).countDocuments(filter);
  try {
    await eventually(
      async () => ({
        open: await count('shopping', 'orders', { nextAt: { $ne: null } }),
        unsold: await count('product', 'stock', { reserved: { $gt: 0 } }),
        unsent: await count('customer', 'mails', { state: { $ne: 'SENT' } }),
      }),
      ({ open, unsold, unsent }) => open + unsold + unsent === 0,
      SETTLE_TIMEOUT_MS,
    );
  } finally {
    await client.close();
  }
}
