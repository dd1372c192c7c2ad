import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Service, ServiceBroker } from 'moleculer';
import type { Config } from '../../lib/process/config.ts';
import { isOutage } from '../../lib/process/outage.ts';
import { type Decide, MissingDocument, RefusedPatch } from '../../mixins/store/changes.ts';
import type { Engine } from '../../mixins/store/engine.ts';
import type { Versioned } from '../../mixins/store/patch.ts';
import { type Store, type StoreOptions, store } from '../../mixins/store/store.ts';
import { NedbAdapter } from '../../mixins/store/store-nedb.ts';
import { Link } from '../chaos/link.ts';
import { cleanUp, eachEngine, engines } from '../support/engines.ts';
import { LINE_BREAKS } from '../support/line-breaks.ts';

interface Item extends Versioned {
  available: number;
  taken: Record<string, number>;
  owner?: string;
  key?: string;
  email?: string;
  claim?: string;
  at?: Date | null;
  list?: { id: string }[];
}

const item = (_id: string, rest: Partial<Omit<Item, 'rev'>> = {}) => ({ available: 100, taken: {}, ...rest, _id });
const OPTIONS: StoreOptions<Item> = {
  node: 'product',
  collection: 'items',
  indexes: [
    { fields: { owner: 1, key: 1 }, unique: true },
    { fields: { email: 1 }, unique: true },
    { fields: { claim: 1 }, unique: true, sparse: true },
    { fields: { at: 1 } },
  ],
};
/** Unique in each unique index, as a document without these fields would not be. */
const unique = (_id: string) => item(_id, { owner: _id, key: _id, email: _id });

const take =
  (key: string): Decide<Item, 'taken' | 'short'> =>
  ({ available, taken }) => {
    if (taken[key]) return { answer: 'taken' };
    if (available === 0) return { answer: 'short' };
    return { answer: 'taken', patch: { available: available - 1, [`taken.${key}`]: 1 } };
  };

const running = new Set<ServiceBroker>();
async function open(config: Config, options: Partial<StoreOptions<Item>> = {}) {
  const broker = new ServiceBroker({ logger: false });
  broker.createService({ name: 'x', mixins: [store<Item>(config, { ...OPTIONS, ...options })] });
  running.add(broker);
  await broker.start();
  const service = broker.getLocalService('x') as Service & { store: Store<Item>; adapter: Engine };
  const close = async () => {
    running.delete(broker);
    await broker.stop();
  };
  return { broker, items: service.store, adapter: service.adapter, close };
}
const closeAll = async () => {
  for (const broker of running) await broker.stop();
  running.clear();
};

eachEngine('the store', (engine) => {
  let items: Store<Item>;
  let adapter: Engine;
  let broker: ServiceBroker;
  let config: Config;
  beforeAll(async () => {
    config = engine.config();
    ({ adapter, broker, items } = await open(config));
  });
  afterAll(closeAll);

  test('given 500 takes at once of 100 in stock, then exactly 100 succeed', async () => {
    await items.insert(unique('sku'));
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => items.change('sku', take(`o${n}`))));
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(100);
    const doc = await items.get('sku');
    expect(doc?.available).toBe(0);
    expect(Object.keys(doc?.taken ?? {})).toHaveLength(100);
  });

  test('given changes one at a time, then each is one rev', async () => {
    await items.insert(unique('revs'));
    for (let n = 0; n < 50; n += 1) await items.change('revs', take(`o${n}`));
    expect(await items.get('revs')).toMatchObject({ rev: 50, available: 50 });
  });

  test('given another rev than expected, then a swap does nothing and says so', async () => {
    await items.insert(unique('swap'));
    expect(await adapter.swap('swap', 1, { available: 1 })).toBe(false);
    expect(await adapter.swap('swap', 0, { available: 2 })).toBe(true);
    expect(await adapter.swap('swap', 0, { available: 3 })).toBe(false);
    expect(await adapter.swap('none', 0, { available: 3 })).toBe(false);
    expect(await items.get('swap')).toMatchObject({ available: 2, rev: 1 });
  });

  test('given the _id or a unique key is taken, then insert says false and nothing changes', async () => {
    expect(await items.insert(item('u1', { owner: 'a', key: 'k', email: 'e1' }))).toBe(true);
    expect(await items.insert(item('u1', { owner: 'z', key: 'z', email: 'z' }))).toBe(false);
    expect(await items.insert(item('u2', { owner: 'a', key: 'k', email: 'e2' }))).toBe(false);
    expect(await items.insert(item('u2', { owner: 'a', key: 'l', email: 'e1' }))).toBe(false);
    expect(await items.insert(item('u2', { owner: 'a', key: 'l', email: 'e2' }))).toBe(true);
    expect(await items.insert(item('u3', { owner: 'b', key: 'k', email: 'e3' }))).toBe(true);
    expect(await items.findOne({ owner: 'a', key: 'k' })).toEqual({
      ...item('u1', { owner: 'a', key: 'k', email: 'e1' }),
      rev: 0,
    });
  });

  test('given a sparse unique index, then any number may be without the field, and one may have each value', async () => {
    const claiming = (_id: string, claim?: string) => items.insert({ ...unique(_id), ...(claim ? { claim } : {}) });
    expect(await Promise.all(['s1', 's2'].map((_id) => claiming(_id)))).toEqual([true, true]);
    expect([await claiming('s3', 'one'), await claiming('s4', 'one')]).toEqual([true, false]);
    const give = (_id: string, claim?: string) => items.change(_id, () => ({ answer: null, patch: { claim } }));
    await expect(give('s1', 'one')).rejects.toBeInstanceOf(RefusedPatch);
    await give('s3');
    await give('s1', 'one');
    expect(await claiming('s4', 'one')).toBe(false);
    expect(await items.find({ claim: 'one' }, { fields: ['_id'] })).toMatchObject([{ _id: 's1' }]);
  });

  test('given fields within others, when some are found, then they come in their places', async () => {
    const list = [{ id: 'one', other: 1 }];
    await items.insert({ ...unique('nested'), owner: 'nested', taken: { one: 1, two: 2 }, list });
    const found = (...fields: string[]) => items.find({ owner: 'nested' }, { fields: fields as ['_id'] });
    expect(await found('_id', 'taken.one')).toEqual([{ _id: 'nested', taken: { one: 1 } }]);
    expect(await found('_id', 'taken.none', 'owner')).toMatchObject([{ _id: 'nested', owner: 'nested' }]);
    expect(await found('_id', 'taken')).toEqual([{ _id: 'nested', taken: { one: 1, two: 2 } }]);
  });

  test('given 20 inserts at once with one key, then one succeeds', async () => {
    const all = Array.from({ length: 20 }, (_, n) =>
      items.insert(item(`r${n}`, { owner: 'o', key: 'k', email: `r${n}` })),
    );
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
  });

  test('given some are there already, then insertNew adds the others, and nothing a second time', async () => {
    await items.insert(unique('n1'));
    await items.change('n1', take('kept'));
    const docs = ['n1', 'n2', 'n3'].map(unique);
    expect(await items.insertNew(docs)).toBe(2);
    expect(await items.insertNew(docs)).toBe(0);
    expect(await items.insertNew([])).toBe(0);
    expect(await items.insertNew(['n4', 'n5'].map(unique))).toBe(2);
    expect(await items.get('n1')).toMatchObject({ rev: 1, taken: { kept: 1 } });
  });

  test('given a change to a key that is taken, then it alone is refused', async () => {
    await items.insert(unique('d1'));
    await items.insert(unique('d2'));
    const outcomes = await Promise.allSettled([
      items.change('d2', take('a')),
      items.change('d2', () => ({ answer: 0, patch: { email: 'd1' } })),
      items.change('d2', take('b')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { isDuplicate: true } });
    expect(await items.get('d2')).toMatchObject({ email: 'd2', taken: { a: 1, b: 1 } });
    await expect(items.change('d2', () => ({ answer: 0, patch: { owner: 'd1' } }))).rejects.toThrow(RefusedPatch);
  });

  test('given several documents, then changeAll writes into those that exist, and later changes build on it', async () => {
    for (const id of ['all-1', 'all-2', 'all-3']) await items.insert(unique(id));
    await items.change('all-1', take('before'));
    await items.changeAll(['all-1', 'all-2', 'all-none'], { available: 7, at: null });
    expect(await items.get('all-1')).toMatchObject({ rev: 2, available: 7, at: null, taken: { before: 1 } });
    expect(await items.get('all-3')).toMatchObject({ rev: 0, available: 100 });
    expect(await items.get('all-none')).toBeNull();
    await Promise.all(['all-1', 'all-2'].map((id) => items.change(id, take('after'))));
    expect(await items.get('all-1')).toMatchObject({ rev: 3, available: 6, taken: { before: 1, after: 1 } });
    expect(await items.get('all-2')).toMatchObject({ rev: 2, available: 6, taken: { after: 1 } });
  });

  test('given a change and an insert are refused for one key, then their other keys stay free, and each document has its own', async () => {
    const ids = async (filter: object) => (await items.find({ ...filter })).map(({ _id }) => _id);
    for (const id of ['r1', 'r2']) await items.insert({ ...unique(id), claim: id });
    const taken = items.change('r2', () => ({ answer: 0, patch: { email: 'r3', 'taken.x': 1, claim: 'r1' } }));
    await expect(taken).rejects.toBeInstanceOf(RefusedPatch);
    expect(await items.insert({ ...unique('r3'), claim: 'r1' })).toBe(false);
    expect(await items.get('r2')).toEqual({ ...unique('r2'), claim: 'r2', rev: 0 });
    expect(await Promise.all([{ email: 'r2' }, { claim: 'r2' }, { email: 'r3' }, { claim: 'r1' }].map(ids))).toEqual([
      ...[['r2'], ['r2'], [], ['r1']],
    ]);
    expect(await items.insert({ ...unique('r3'), claim: 'r3' })).toBe(true);
    await items.change('r3', () => ({ answer: 0, patch: { email: 'r4', claim: undefined } }));
    expect(await Promise.all([{ email: 'r3' }, { claim: 'r3' }, { email: 'r4' }].map(ids))).toEqual([[], [], ['r3']]);
  });

  test('given a missing document and no way to begin it, then change rejects', async () => {
    await expect(items.change('nowhere', take('a'))).rejects.toThrow(MissingDocument);
    expect(await items.get('nowhere')).toBeNull();
  });

  test('given undefined fields and dates, then they come back as they went in', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    await items.insert({ ...unique('t1'), at, list: [{ id: 'l' }] });
    await items.change('t1', () => ({ answer: 0, patch: { 'taken.x': 1, list: undefined } }));
    expect(await items.get('t1')).toStrictEqual({ ...unique('t1'), at, taken: { x: 1 }, rev: 1 });
    await items.change('t1', () => ({ answer: 0, patch: { at: undefined, 'taken.x': undefined } }));
    expect(await items.get('t1')).toStrictEqual({ ...unique('t1'), rev: 2 });
  });

  test('given an object that was stored, when it is changed afterwards, then the stored one is not', async () => {
    const taken = { a: 1 };
    await items.insert(unique('own'));
    await items.change('own', () => ({ answer: 0, patch: { taken } }));
    taken.a = 2;
    const lost = items.change('own', () => ({ answer: 0, patch: { 'taken.b': 1, owner: 'refused' } }));
    await expect(lost).rejects.toThrow(RefusedPatch);
    const read = await items.get('own');
    expect(read?.taken).toEqual({ a: 1 });
    if (read) read.taken.c = 3;
    expect((await items.get('own'))?.taken).toEqual({ a: 1 });
  });

  test('filters, sorts and limits', async () => {
    const day = (n: number) => new Date(Date.UTC(2026, 0, n));
    for (const [n, at] of [day(3), day(1), day(2), null, undefined].entries()) {
      await items.insert({
        ...unique(`f${n}`),
        key: 'filters',
        ...(at === undefined ? {} : { at }),
        list: [{ id: `l${n}` }],
      });
    }
    const ids = async (...[filter, options]: Parameters<typeof items.find>) =>
      (await items.find({ key: 'filters', ...filter }, options)).map(({ _id }) => _id);
    expect(await ids({ at: { $lte: day(2) } }, { sort: { at: 1 } })).toEqual(['f1', 'f2']);
    expect(await ids({ at: { $gt: day(1), $lt: day(3) } })).toEqual(['f2']);
    expect(await ids({ at: { $gte: day(1) } }, { sort: { at: -1 }, limit: 2 })).toEqual(['f0', 'f2']);
    expect(await ids({ _id: { $in: ['f4', 'f0', 'none'] } }, { sort: { _id: 1 } })).toEqual(['f0', 'f4']);
    expect(await ids({ 'list.id': 'l3' })).toEqual(['f3']);
    expect(await ids({ at: day(2) })).toEqual(['f2']);
    expect(await ids({ _id: { $in: [] } })).toEqual([]);
  });

  test.each([undefined, null, {}, { $ne: 1 }, { $in: [{}] }, { $gt: undefined }, /x/])(
    'refuses the filter %p',
    async (condition) => {
      await expect(items.find({ owner: condition as string })).rejects.toThrow(TypeError);
      await expect(items.get(condition as string)).rejects.toThrow(TypeError);
    },
  );

  test('removes what a filter finds and nothing else, and begins it anew when it is changed again', async () => {
    const create = (_id: string) => item(_id);
    const { items: kept, close } = await open(config, { collection: 'left', indexes: [{ fields: { at: 1 } }], create });
    const [old, border] = [new Date('1960-01-01'), new Date('2026-01-01')];
    const docs = [item('old', { at: old }), item('new', { at: border }), item('none', { at: null }), item('not')];
    await kept.insertNew(docs);
    await kept.change('old', take('o')); // this process has it at hand now
    expect(await kept.remove({ at: { $lt: border }, available: 100 })).toBe(0);
    // A null is no date, of whatever year: on both databases.
    expect(await kept.remove({ at: { $lt: border } })).toBe(1);
    expect(await kept.remove({ at: { $lt: border } })).toBe(0);
    expect(await kept.get('old')).toBeNull();
    expect(await kept.change('old', take('p'))).toBe('taken');
    expect(await kept.get('old')).toEqual({ ...item('old'), available: 99, taken: { p: 1 }, rev: 1 });
    expect(await kept.count()).toBe(4);
    await close();
  });

  test.each([{}, { at: undefined }, { at: { $ne: null } }])('does not remove by %j', async (filter) => {
    await expect(items.remove(filter as never)).rejects.toThrow(TypeError);
  });

  test('reaches the database, and counts', async () => {
    await items.ping();
    const before = await items.count();
    await items.insert(unique('counted'));
    expect(await items.count()).toBe(before + 1);
  });

  test('moleculer-db offers no action of its own', async () => {
    for (const name of ['find', 'count', 'list', 'create', 'insert', 'get', 'update', 'remove']) {
      await expect(broker.call(`x.${name}`, { id: 'sku' })).rejects.toMatchObject({ type: 'SERVICE_NOT_FOUND' });
    }
  });

  test('given `create`, when 50 change a document that is not there, then all count', async () => {
    const written: number[] = [];
    const { items: carts, close } = await open(config, {
      collection: 'carts',
      indexes: [],
      create: (_id) => item(_id),
      written: ({ rev }) => void written.push(rev),
    });
    const other = await open(config, { collection: 'elsewhere', indexes: [] });
    await Promise.all(Array.from({ length: 50 }, (_, n) => carts.change('new', take(`o${n}`))));
    const doc = await carts.get('new');
    expect(doc).toMatchObject({ available: 50 });
    expect(written.at(-1)).toBe(doc?.rev);
    expect(await other.items.get('new')).toBeNull();
    await other.close();
    await carts.ping(); // the other store's leaving does not close what they share
    await close();
    await expect(carts.ping()).rejects.toThrow();
  });

  test('given a unique key of two fields that may change, then a change moves it, and refuses a taken one', async () => {
    const indexes = [{ fields: { owner: 1 as const, key: 1 as const }, unique: true, mayChange: true as const }];
    const one = await open(config, { collection: 'movable', indexes });
    await one.items.insert(unique('m1'));
    await one.items.insert(unique('m2'));
    const give = (id: string, patch: Partial<Item>) => one.items.change(id, () => ({ answer: 0, patch }));
    await give('m2', { owner: 'm1' });
    await give('m1', { owner: 'm9', key: 'm9' });
    expect(await one.items.insert({ ...unique('m3'), owner: 'm1', key: 'm2' })).toBe(false);
    await expect(give('m2', { owner: 'm9', key: 'm9' })).rejects.toMatchObject({ isDuplicate: true });
    await one.close();
    const two = await open(config, { collection: 'movable', indexes });
    expect(await two.items.insert({ ...unique('m5'), owner: 'm9', key: 'm9' })).toBe(false);
    await two.close();
  });

  test('given an index that the data contradicts, then the start fails', async () => {
    const one = await open(config, { collection: 'twice', indexes: [] });
    await one.items.insert(item('a', { email: 'same' }));
    await one.items.insert(item('b', { email: 'same' }));
    await one.close();
    const again = open(config, { collection: 'twice', indexes: [{ fields: { email: 1 }, unique: true }] });
    await expect(again).rejects.toThrow();
  });

  test('given data written, when the process starts again, then all is there', async () => {
    const one = await open(config, { collection: 'kept' });
    await one.items.insert(unique('k'));
    await one.items.change('k', take('a'));
    await one.close();
    const two = await open(config, { collection: 'kept' });
    expect(await two.items.get('k')).toEqual({ ...unique('k'), available: 99, taken: { a: 1 }, rev: 1 });
    expect(await two.items.insert({ ...unique('l'), owner: 'k', key: 'k' })).toBe(false);
    await two.close();
  });
});

const mongo = engines.find(({ name, skip }) => name === 'mongo' && !skip);
(mongo ? describe : describe.skip)('two processes on one MongoDB', () => {
  afterEach(closeAll);
  afterAll(cleanUp);
  test('given both change one document, and begin it, then every take is counted once', async () => {
    const config = mongo?.config() as Config;
    const create = (_id: string) => item(_id, { available: 200 });
    const both = await Promise.all([open(config, { indexes: [], create }), open(config, { indexes: [], create })]);
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        await new Promise((resolve) => setTimeout(resolve, n)); // spread, so that they race again and again
        return both[n % 2]?.items.change('hot', take(`o${n}`));
      }),
    );
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(200);
    const doc = await both[0].items.get('hot');
    expect([doc?.available, Object.keys(doc?.taken ?? {}).length]).toEqual([0, 200]);
  });
});

(mongo ? describe : describe.skip)('a connection to MongoDB', () => {
  afterEach(closeAll);
  afterAll(cleanUp);
  test('given it is lost in the middle of insertNew, then that is an outage, and again it adds all', async () => {
    const config = mongo?.config() as Config;
    const url = new URL(String(config.mongoUrl));
    const link = await Link.to(Number(url.port));
    url.port = String(link.port);
    try {
      const { items } = await open({ ...config, mongoUrl: url.href });
      const docs = Array.from({ length: 20 }, (_, n) => unique(`doc-${n}`));
      link.cutAt('doc-7');
      const outcome = await items.insertNew(docs).catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(Error);
      expect(isOutage(outcome)).toBe(true);
      link.restore();
      await items.insertNew(docs);
      expect(await items.count()).toBe(20);
    } finally {
      await closeAll();
      link.close();
    }
  });
});

describe('a NeDB file', () => {
  const config = () => (engines.find(({ name }) => name === 'nedb') as (typeof engines)[number]).config();
  const fileOf = ({ dataDir, databasePrefix }: Config) => join(dataDir, `${databasePrefix}product`, 'items.db');
  afterEach(closeAll);
  afterAll(cleanUp);

  test.each(['insert', 'change'])(
    'given it cannot be written, when there is an %s, then the process ends',
    async (way) => {
      const given = config();
      const { broker, items } = await open(given);
      await items.insert(unique('a'));
      const fatal = jest.spyOn(broker, 'fatal').mockReturnValue(undefined);
      const file = fileOf(given);
      await rename(file, `${file}.away`);
      await mkdir(file);
      const lost = way === 'insert' ? items.insert(unique('b')) : items.change('a', take('o'));
      await expect(lost).rejects.toThrow(`${file} cannot be written`);
      expect(fatal).toHaveBeenCalledWith(expect.stringContaining('cannot be written'), expect.anything(), true);
    },
  );

  test('given it was deleted, when there is a change, then the process ends rather than write where nobody reads', async () => {
    const given = config();
    const { broker, items } = await open(given);
    await items.insert(unique('a'));
    const fatal = jest.spyOn(broker, 'fatal').mockReturnValue(undefined);
    await rm(fileOf(given));
    await expect(items.change('a', take('o'))).rejects.toThrow('cannot be written');
    expect(fatal).toHaveBeenCalledTimes(1);
  });

  test('given changes are under way, when they are read, then the file has what is answered', async () => {
    const given = config();
    const { items } = await open(given);
    await items.insertNew(Array.from({ length: 50 }, (_, n) => unique(`a${n}`)));
    const changes = Array.from({ length: 50 }, (_, n) => items.change(`a${n}`, take('o')));
    for (let seen = 0; seen < 50; ) {
      const changed = await items.find({ available: 99 });
      const lines = readFileSync(fileOf(given), 'utf8').split('\n');
      for (const { _id } of changed) {
        expect(lines.some((line) => line.includes(`"_id":"${_id}"`) && line.includes('"available":99'))).toBe(true);
      }
      seen = changed.length;
    }
    await Promise.all(changes);
  });

  test('given it is compacted while there are changes, when it is opened again, then all are there', async () => {
    const given = config();
    const { items, adapter, close } = await open(given);
    await items.insertNew(Array.from({ length: 50 }, (_, n) => unique(`a${n}`)));
    const all: Promise<unknown>[] = [];
    for (let n = 0; n < 50; n++) {
      all.push(items.change(`a${n}`, take('first')));
      if (n % 10 === 0) all.push(adapter.purge());
      all.push(items.change(`a${n}`, take('second')), items.insert(unique(`b${n}`)));
    }
    await Promise.all(all);
    await close();
    const { items: again } = await open(given);
    expect(await again.count()).toBe(100);
    expect(await again.find({ available: 98 })).toHaveLength(50);
  });

  test('given more documents than stay in memory, when they are changed and the file is compacted, then each is read as it was written', async () => {
    const given = config();
    const { items, adapter, close } = await open(given);
    // Of different lengths, so that a wrong position in the file shows.
    const docs = Array.from({ length: 300 }, (_, n) => ({ ...unique(`a${n}`), owner: `ü${n}`.repeat(500 + n) }));
    await items.insertNew(docs);
    const isComplete = async (store: typeof items, rev: number) => {
      for (const doc of docs) {
        const read = await store.get(doc._id);
        expect(read).toEqual({ ...doc, rev, available: doc.available - rev });
        expect(await store.find({ owner: doc.owner })).toEqual([read]);
      }
    };
    await isComplete(items, 0);
    for (const { _id } of docs) await items.change(_id, () => ({ answer: 0, patch: { available: 99 } }));
    await adapter.purge();
    for (const { _id } of docs) await items.changeAll([_id], { available: 98 });
    await isComplete(items, 2);
    await close();
    const { items: again } = await open(given);
    await isComplete(again, 2);
  });

  test('given its last line is torn, when it is opened, then the rest is served', async () => {
    const given = config();
    const { items, close } = await open(given);
    await items.insert(unique('a'));
    await close();
    const whole = await readFile(fileOf(given), 'utf8');
    await writeFile(fileOf(given), `${whole}{"_id":"b","avail`);
    const { items: again } = await open(given);
    expect(await again.get('a')).not.toBeNull();
    expect(await again.count()).toBe(1);
  });

  test('given a file whose documents have unescaped line breaks, when it is opened, then it starts again complete', async () => {
    const given = config();
    const { items, close } = await open(given);
    const texts = LINE_BREAKS.map((character, n) => ({ ...unique(`a${n}`), owner: `before${character}after` }));
    await items.insertNew(texts);
    // More than one chunk of the reader, so that a character lies across two of them.
    const long = { ...unique('long'), owner: '\u2028x'.repeat(100_000) };
    await items.insert(long);
    await close();
    const escapes = /\\u(0085|2028|2029)/g;
    const whole = await readFile(fileOf(given), 'utf8');
    const broken = whole.replace(escapes, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
    expect(broken.length).toBeLessThan(whole.length);
    await writeFile(fileOf(given), `${broken}{"_id":"torn","owner":"half a line\u2028`);
    const { items: again, close: closeAgain } = await open(given);
    const ordered = (docs: readonly { _id: string }[]) => docs.map(({ _id }) => _id).sort();
    expect(ordered(await again.find({}))).toEqual(ordered([...texts, long]));
    for (const doc of [...texts, long]) expect(await again.get(doc._id)).toEqual({ ...doc, rev: 0 });
    await closeAgain();
    expect(await readdir(dirname(fileOf(given)))).toEqual(['items.db']);
    const { items: third } = await open(given);
    expect(await third.count()).toBe(texts.length + 1);
  });

  test.each(LINE_BREAKS.map((character) => [`U+${character.charCodeAt(0).toString(16).padStart(4, '0')}`, character]))(
    'given %s in a text, a name of a field and a unique key, when it is opened again, then all is there',
    async (_name, character) => {
      const given = config();
      const { items, close } = await open(given);
      const text = `one${character}two${character}`;
      await items.insert({ ...unique('a'), owner: text, key: text, taken: { [text]: 1 } });
      await items.insert(unique('b'));
      await items.change('b', () => ({ answer: 0, patch: { list: [{ id: text }] } }));
      await close();
      const { items: again } = await open(given);
      expect(await again.get('a')).toMatchObject({ owner: text, taken: { [text]: 1 } });
      expect(await again.get('b')).toMatchObject({ list: [{ id: text }], rev: 1 });
      expect(await again.insert({ ...unique('c'), owner: text, key: text })).toBe(false);
    },
  );

  test('given another line is damaged, when it is opened, then the process ends rather than lose it', async () => {
    const given = config();
    const { items, close } = await open(given);
    await items.insertNew(Array.from({ length: 50 }, (_, n) => unique(`a${n}`)));
    await close();
    const lines = (await readFile(fileOf(given), 'utf8')).split('\n');
    await writeFile(fileOf(given), [...lines.slice(0, 5), 'garbage', ...lines.slice(6)].join('\n'));
    const fatal = jest.fn<(error: Error) => void>();
    const adapter = new NedbAdapter(given.dataDir, `${given.databasePrefix}product`, 'items', { fatal });
    await expect(adapter.connect()).rejects.toThrow('corrupt');
    expect(fatal.mock.calls[0]?.[0].message).toContain('items.db cannot be read');
  });

  test('given it is closed, when a document is written, then that fails and the process goes on', async () => {
    const fatal = jest.fn<(reason: Error) => void>();
    const given = config();
    const adapter = new NedbAdapter(given.dataDir, `${given.databasePrefix}product`, 'items', { fatal });
    await adapter.connect();
    await adapter.disconnect();
    await expect(adapter.addNew([{ _id: 'a', rev: 0 }])).rejects.toThrow('is not open');
    expect(fatal).not.toHaveBeenCalled();
  });

  test('given an index became unique, when it is opened, then the new one holds', async () => {
    const given = config();
    const one = await open(given, { indexes: [{ fields: { email: 1 } }] });
    await one.items.insert(unique('a'));
    await one.close();
    const { items } = await open(given);
    expect(await items.insert({ ...unique('b'), email: 'a' })).toBe(false);
    expect(await items.insert({ ...unique('b'), owner: 'a', key: 'a' })).toBe(false);
  });

  test('given many versions, when it is opened again, then the newest of each is left', async () => {
    const given = config();
    const { items, close } = await open(given, { indexes: [] });
    await items.insert(unique('a'));
    for (let n = 0; n < 20; n += 1) await items.change('a', take(`o${n}`));
    await close();
    await open(given, { indexes: [] });
    expect((await readFile(fileOf(given), 'utf8')).trim().split('\n')).toHaveLength(1);
  });
});
