import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Account } from '../../services/customer/account/account.ts';
import type { Order } from '../../services/shopping/order/order.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { everything } from '../support/everything.ts';
import { Operator } from '../support/operator.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

/**
 * The real cluster, while people are erased whose orders, invoices, carts and mails are on two kinds of nodes: those of
 * both kinds are killed with -9 in the midst of it, twice.
 */
const PREFIX = `erasure-${process.pid}-`;
const PEOPLE = 4;
const ERASED_WITHIN = 60_000;

interface Person {
  shopper: Shopper;
  /** What no database may have when it is over. */
  traces: string[];
  orders: string[];
}

let dataDir: string;
let cluster: TestCluster;
let mongo: MongoClient;
let people: Person[];
let sku: string;
let productId: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'shop-erasure-'));
  cluster = await startCluster({ env: { DATABASE_PREFIX: PREFIX, SEED: 'true' }, dataDir });
  mongo = new MongoClient(cluster.topology().mongoUrl);
  const { body } = await request(cluster.url, 'GET /v1/products/alder-merino-crew-sweater');
  [sku, productId] = [body.variants[0].sku, body.id];
  people = await Promise.all(Array.from({ length: PEOPLE }, somebody));
});
afterAll(async () => {
  await mongo?.close();
  await cluster?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const customers = () => mongo.db(`${PREFIX}customer`).collection<Account>('customers');
const orders = () => mongo.db(`${PREFIX}shopping`).collection<Order>('orders');

/** Somebody with something everywhere, and nothing that is still to be delivered. */
async function somebody(): Promise<Person> {
  const mark = randomUUID().slice(0, 8);
  const who = { name: `Zelda ${mark}`, line1: `${mark} Hyrule Road`, email: `zelda-${mark}@example.com` };
  const shopper = new Shopper(cluster.url, who.email);
  const { body } = await request(cluster.url, 'POST /v1/auth/register', {
    body: { email: who.email, password: shopper.password, name: who.name },
  });
  Object.assign(shopper, { id: body.customer.id, token: body.accessToken });
  const address = { name: who.name, line1: who.line1, city: 'Berlin', postcode: '10115', country: 'DE' };
  shopper.addressId = (await shopper.ask('POST /v1/me/addresses', address)).body.id;
  const placed: string[] = [];
  for (let n = 0; n < 2; n++) {
    await shopper.put(sku, 1);
    const { id } = (await shopper.order()).body;
    placed.push(id);
    await shopper.ask(`POST /v1/orders/${id}/cancel`, { reason: `does not suit ${who.name}` });
    await eventually(
      () => shopper.ask(`GET /v1/orders/${id}`),
      (answer) => answer.body.status === 'CANCELLED',
    );
  }
  await shopper.put(sku, 2);
  await shopper.ask(`PUT /v1/me/wishlist/${productId}`);
  return { shopper, traces: Object.values(who), orders: placed };
}

const everyDatabase = () => everything({ dataDir, mongoUrl: cluster.topology().mongoUrl, databasePrefix: PREFIX });

const accounts = () =>
  customers()
    .find({ _id: { $in: people.map(({ shopper }) => shopper.id) } })
    .toArray();

async function killAndAwait(...ids: string[]): Promise<void> {
  for (const id of ids) cluster.kill(id, 'SIGKILL');
  await Promise.all(ids.map((id) => cluster.restartOf(id)));
}

test('an erasure whose nodes are killed is finished within 60 s of the last fault, and leaves nothing of a person', async () => {
  const before = await everyDatabase();
  for (const trace of people.flatMap(({ traces }) => traces)) expect(before).toContain(trace);

  const answers = await Promise.all(
    people.map(({ shopper }) => shopper.ask('DELETE /v1/me', { password: shopper.password })),
  );
  expect(answers.map(({ status }) => status)).toEqual(people.map(() => 204));

  // In the midst of the first pass: of some an order is done, and not of all.
  const all = people.flatMap((person) => person.orders);
  await eventually(
    () => orders().countDocuments({ _id: { $in: all }, 'shippingAddress.name': 'erased' }),
    (done) => done > 0,
  );
  await killAndAwait('customer-1', 'shopping-1', 'shopping-2');
  expect((await accounts()).every(({ erasure }) => erasure?.nextAt)).toBe(true);

  // And once more before the second pass, which finds what was under way at the first.
  await eventually(accounts, (found) => found.every(({ erasure }) => erasure?.pass === 2));
  await killAndAwait('shopping-1', 'customer-1');
  const lastFault = Date.now();
  await eventually(accounts, (found) => found.every(({ erasure }) => erasure?.nextAt === null), ERASED_WITHIN);
  console.info(`erased ${((Date.now() - lastFault) / 1000).toFixed(1)} s after the last fault`);

  const after = await everyDatabase();
  for (const trace of people.flatMap(({ traces }) => traces))
    expect([trace, after.includes(trace)]).toEqual([trace, false]);

  // The books have every order as before, without the person.
  for (const { shopper, orders: own } of people) {
    const kept = await orders().find({ customerId: shopper.id }).toArray();
    expect(kept.map(({ _id }) => _id).sort()).toEqual([...own].sort());
    expect(kept.every(({ state, totals }) => state === 'CANCELLED' && totals.total.amount > 0)).toBe(true);
    expect((await shopper.ask('GET /v1/me')).status).toBe(401);
  }
  const operator = await Operator.at(cluster.topology(), PREFIX);
  try {
    expect(await operator.untilAtRest(all, Date.now() + 60_000)).toEqual([]);
  } finally {
    await operator.leave();
  }
}, 240_000);
