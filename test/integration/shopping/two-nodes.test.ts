import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { wrongAtRest } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { engines } from '../../support/engines.ts';
import { orderAsTold } from '../../support/load.ts';
import { type Answer, type Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 100)?.sku as string;

/** Two whole shops that know nothing of each other on one database: nothing but compare-and-set keeps them right. */
const mongo = engines.find(({ name }) => name === 'mongo');
const suite = mongo?.skip ? test.skip : test;
const shops: TestShop[] = [];

beforeAll(async () => {
  if (!mongo || mongo.skip) return;
  const config = mongo.config({ SEED: 'true', LOG_LEVEL: 'error' });
  for (const nodeId of ['one', 'two']) shops.push(await startShop({ ...config, nodeId }));
  Object.assign(shops, { config });
});
afterAll(async () => {
  for (const shop of shops) await shop.stop();
});

suite('two nodes that sell the same goods at the same time sell each piece once', async () => {
  const [one, two] = shops as [TestShop, TestShop];
  const { config } = shops as unknown as { config: Parameters<typeof manyCustomers>[1] };
  const customers = await manyCustomers(one, config, 60, MUG);
  const order = (shopper: Shopper, nth: number): Promise<Answer> =>
    orderAsTold(Object.assign(Object.create(shopper), { url: (nth % 2 === 0 ? one : two).url }));
  const answers = await Promise.all(customers.map(order));
  const wrong = await wrongAtRest(one);
  expect(wrong).toEqual([]);
  expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(201));
});
