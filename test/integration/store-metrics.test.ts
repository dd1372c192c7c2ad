import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Service, ServiceBroker } from 'moleculer';
import { MongoClient } from 'mongodb';
import type { Config } from '../../lib/process/config.ts';
import { type Store, store } from '../../mixins/store/store.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import { freePort } from '../../scripts/servers/ports.ts';
import { engines } from '../support/engines.ts';
import { storeCountsOf } from '../support/store-counts.ts';

interface Item {
  _id: string;
  rev: number;
  size?: number;
}

const mongo = engines.find(({ name }) => name === 'mongo');
const describeMongo = mongo && !mongo.skip ? describe : describe.skip;

describeMongo('metrics of the store', () => {
  let broker: ServiceBroker;
  let items: Store<Item>;
  let config: Config;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    config = (mongo as (typeof engines)[number]).config({ METRICS_PORT: String(port) });
    broker = new ServiceBroker(brokerOptions(config));
    const mixin = store<Item>(config, { node: 'product', collection: 'items' });
    const service: Service = broker.createService({ name: 'items', mixins: [mixin] } as never);
    await broker.start();
    items = (service as Service & { store: Store<Item> }).store;
  });
  afterAll(async () => {
    await broker?.stop();
    const client = new MongoClient(config.mongoUrl ?? '');
    await client.db(`${config.databasePrefix}product`).dropDatabase();
    await client.close();
  });

  /** What an act adds to the counts. */
  async function counted(act: () => Promise<unknown>) {
    const before = await storeCountsOf([url]);
    await act();
    const after = await storeCountsOf([url]);
    return {
      reads: after.reads - before.reads,
      writes: after.writes - before.writes,
      written: after.written - before.written,
    };
  }

  const item = (n: number) => ({ _id: `item-${String(n).padStart(5, '0')}` });
  const change = (n: number) => items.change(item(n)._id, () => ({ answer: undefined, patch: { size: n } }));

  test('writes of one turn are one command, with each document counted', async () => {
    const insertAll = () => Promise.all([1, 2, 3].map((n) => items.insert(item(n))));
    expect(await counted(insertAll)).toEqual({ reads: 0, writes: 1, written: 3 });
    expect(await counted(() => items.insert(item(4)))).toEqual({ reads: 0, writes: 1, written: 1 });
    expect(await counted(() => change(1))).toEqual({ reads: 0, writes: 1, written: 1 });
    expect(await counted(() => items.remove({ _id: item(4)._id }))).toEqual({ reads: 0, writes: 1, written: 1 });
  });

  test('reads of one turn are one command', async () => {
    const getAll = () => Promise.all([1, 2, 3].map((n) => items.get(item(n)._id)));
    expect(await counted(getAll)).toEqual({ reads: 1, writes: 0, written: 0 });
    expect(await counted(() => items.find({ size: 1 }))).toEqual({ reads: 1, writes: 0, written: 0 });
    expect(await counted(() => items.count())).toEqual({ reads: 1, writes: 0, written: 0 });
  });

  test('each further batch of a scan is a command', async () => {
    const many = Array.from({ length: 2500 }, (_, n) => item(10_000 + n));
    expect(await counted(() => items.insertNew(many))).toEqual({ reads: 0, writes: 1, written: 2500 });
    const scanAll = async () => {
      for await (const batch of items.scan({ _id: { $gte: item(10_000)._id } }, { batch: 1000 })) void batch;
    };
    expect(await counted(scanAll)).toEqual({ reads: 3, writes: 0, written: 0 });
    const findAll = () => items.find({ _id: { $gte: item(10_000)._id } });
    expect(await counted(findAll)).toEqual({ reads: 3, writes: 0, written: 0 });
    const findSome = () => items.find({ _id: { $gte: item(10_000)._id } }, { limit: 1000 });
    expect(await counted(findSome)).toEqual({ reads: 1, writes: 0, written: 0 });
  });
});
