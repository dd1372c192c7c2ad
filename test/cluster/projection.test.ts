import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Product } from '../../services/product/product/product.ts';
import { newId } from '../../services/shared/ids.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { eventually, request } from '../support/shop.ts';

/** Two product nodes, each with a projection of its own, and a database that somebody else writes to. */
const PREFIX = `projection-${process.pid}-`;
let cluster: TestCluster;
let client: MongoClient;

beforeAll(async () => {
  cluster = await startCluster({ env: { DATABASE_PREFIX: PREFIX, SEED: 'true' } });
  client = new MongoClient(cluster.topology().mongoUrl);
});
afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

const products = () => client.db(`${PREFIX}product`).collection<Product>('products');

async function add(title: string): Promise<string> {
  const sample = await products().findOne({ slug: 'alder-merino-crew-sweater' });
  const _id = newId('prd');
  const variants = [{ sku: `SKU-${title}`, title, options: {}, prices: { EUR: { amount: 100 } }, weight: 1 }];
  await products().insertOne({
    ...(sample as Product),
    _id,
    rev: 0,
    slug: title,
    title,
    variants,
    updatedAt: new Date(),
  });
  return _id;
}

/** Each node answers every other request, and has to know it; the gateway may keep an answer for a second. */
const known = (path: string, is: (total: number) => boolean) =>
  eventually(
    () =>
      Promise.all(
        Array.from({ length: 8 }, (_, n) => request(cluster.url, `GET ${path}&limit=${n + 1}`).catch(() => undefined)),
      ),
    (answers) => answers.every((answer) => answer?.status === 200 && is(answer.body.total)),
  );

test('what another process writes into the database is found on every node', async () => {
  await add('elsewhere');
  await known('/v1/products?q=elsewhere', (total) => total === 1);
});

test('what is written while NATS is down, and no event can tell, is found on every node when it is back', async () => {
  cluster.kill('nats', 'SIGKILL');
  const id = await add('meanwhile');
  await products().updateOne(
    { slug: 'elsewhere' },
    { $set: { status: 'archived', updatedAt: new Date() }, $inc: { rev: 1 } },
  );
  await cluster.restartOf('nats');
  await known('/v1/products?q=meanwhile', (total) => total === 1);
  await known('/v1/products?q=elsewhere', (total) => total === 0);
  expect((await request(cluster.url, `GET /v1/products/${id}`)).body.title).toBe('meanwhile');
});

test('events tell of changes again after that', async () => {
  await add('afterwards');
  await known('/v1/products?q=afterwards', (total) => total === 1);
});
