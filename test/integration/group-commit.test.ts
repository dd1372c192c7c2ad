import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MongoClient, MongoServerError } from 'mongodb';
import { isOutage } from '../../lib/process/outage.ts';
import { GroupCommit, type Write } from '../../mixins/store/group-commit.ts';
import { GroupRead } from '../../mixins/store/group-read.ts';
import type { Versioned } from '../../mixins/store/patch.ts';
import { Link } from '../chaos/link.ts';

/** On the real database, whose commands are counted. */
const url = process.env.TEST_MONGO_URL;
const describeMongo = url ? describe : describe.skip;

describeMongo('writes and reads in groups', () => {
  const database = `test-${randomBytes(6).toString('hex')}-groups`;
  let client: MongoClient;
  let commits: GroupCommit;
  let commands: string[] = [];
  beforeAll(async () => {
    client = new MongoClient(String(url), { monitorCommands: true });
    await client.connect();
    client.on('commandStarted', ({ commandName }) => commands.push(commandName));
    await items().createIndex({ owner: 1, key: 1 }, { unique: true, sparse: true });
    commits = new GroupCommit(client);
    await commits.connected();
  });
  beforeEach(async () => {
    await items().deleteMany({});
    commands = [];
  });
  afterAll(async () => {
    await client.db(database).dropDatabase();
    await client.close();
  });

  const items = (name = 'items', from = client) => from.db(database).collection<Versioned>(name);
  const insertion = (document: Versioned & Record<string, unknown>, name = 'items', from = client): Write => ({
    model: { name: 'insertOne', namespace: `${database}.${name}`, document },
    alone: async () => Number((await items(name, from).insertOne(document)).acknowledged),
  });
  const swap = (_id: string, rev: number, $set: Record<string, unknown>): Write => {
    const [filter, update] = [{ _id, rev }, { $set: { ...$set, rev: rev + 1 } }];
    return {
      model: { name: 'updateOne', namespace: `${database}.items`, filter, update },
      alone: async () => (await items().updateOne(filter, update)).matchedCount,
    };
  };
  const write = (writes: Write[]) => Promise.allSettled(writes.map((one) => commits.write(one)));

  test('those of one turn leave as one command, whatever their collections', async () => {
    await items().insertOne({ _id: 'old', rev: 0 });
    commands = [];
    const results = await write([
      insertion({ _id: 'a', rev: 0 }),
      insertion({ _id: 'b', rev: 0 }, 'others'),
      swap('old', 0, { seen: true }),
    ]);
    expect(results).toEqual([1, 1, 1].map((value) => ({ status: 'fulfilled', value })));
    expect(commands).toEqual(['bulkWrite']);
    expect(await items('others').findOne({ _id: 'b' })).toEqual({ _id: 'b', rev: 0 });
    expect(await items().findOne({ _id: 'old' })).toEqual({ _id: 'old', rev: 1, seen: true });
  });

  test('one alone is a plain command', async () => {
    expect(await commits.write(insertion({ _id: 'a', rev: 0 }))).toBe(1);
    expect(commands).toEqual(['insert']);
  });

  test('each has its own outcome: written, taken, lost race, refused', async () => {
    await items().insertMany([
      { _id: 'taken', rev: 0 },
      { _id: 'ahead', rev: 7 },
      { _id: 'text', rev: 0, field: 'a text' } as Versioned,
    ]);
    commands = [];
    const [fresh, taken, lost, refused, won] = await write([
      insertion({ _id: 'fresh', rev: 0 }),
      insertion({ _id: 'taken', rev: 0 }),
      swap('ahead', 3, { mine: true }),
      swap('text', 0, { 'field.below': 1 }),
      swap('taken', 0, { mine: true }),
    ]);
    expect(commands).toEqual(['bulkWrite']);
    expect(fresh).toEqual({ status: 'fulfilled', value: 1 });
    expect(taken).toMatchObject({ status: 'rejected', reason: { code: 11000, index: 0 } });
    expect(lost).toEqual({ status: 'fulfilled', value: 0 });
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(MongoServerError) });
    expect(refused).toMatchObject({ reason: { index: 0 } });
    expect(won).toEqual({ status: 'fulfilled', value: 1 });
    expect(await items().findOne({ _id: 'ahead' })).toEqual({ _id: 'ahead', rev: 7 });
    expect(await items().findOne({ _id: 'text' })).toEqual({ _id: 'text', rev: 0, field: 'a text' });
  });

  test('insertions into one collection leave as a command of their own, each with its own outcome', async () => {
    await items().insertMany([{ _id: 'taken', rev: 0, owner: 'x', key: '1' } as Versioned, { _id: 'old', rev: 0 }]);
    commands = [];
    const outcomes = await write([
      insertion({ _id: 'a', rev: 0 }),
      insertion({ _id: 'taken', rev: 0 }),
      insertion({ _id: 'other', rev: 0 }, 'others'),
      insertion({ _id: 'b', rev: 0, owner: 'x', key: '1' }),
      swap('old', 0, { seen: true }),
      insertion({ _id: 'c', rev: 0 }),
    ]);
    expect(commands.toSorted()).toEqual(['bulkWrite', 'insert']);
    const written = { status: 'fulfilled', value: 1 };
    const refused = { status: 'rejected', reason: { code: 11000, index: 0 } };
    expect(outcomes).toMatchObject([written, refused, written, refused, written, written]);
    const found = await items().find({}).toArray();
    expect(found.map(({ _id }) => _id).toSorted()).toEqual(['a', 'c', 'old', 'taken']);
    expect(await items('others').findOne({ _id: 'other' })).toEqual({ _id: 'other', rev: 0 });
  });

  test('one that the driver cannot send fails alone', async () => {
    for (const count of [1, 5]) {
      const others = Array.from({ length: count }, (_, n) => insertion({ _id: `whole ${count} ${n}`, rev: 0 }));
      const [broken, ...whole] = await write([insertion({ _id: 'broken', rev: 0, 'a\0b': 1 }), ...others]);
      expect(broken).toMatchObject({ status: 'rejected' });
      expect(whole).toEqual(new Array(count).fill({ status: 'fulfilled', value: 1 }));
    }
    expect(await items().countDocuments({})).toBe(6);
  });

  test('what comes while two commands are under way leaves together after them', async () => {
    const writes = Array.from({ length: 40 }, async (_, n) => {
      for (let turns = 0; turns < n % 4; turns += 1) await new Promise(setImmediate);
      return commits.write(insertion({ _id: `item ${n}`, rev: 0 }));
    });
    expect(await Promise.all(writes)).toEqual(new Array(40).fill(1));
    expect(commands.length).toBeLessThanOrEqual(4);
    expect(await items().countDocuments({})).toBe(40);
  });

  test('a lost connection is an outage for each of them', async () => {
    const link = await Link.to(Number(new URL(String(url)).port));
    const far = new MongoClient(`mongodb://127.0.0.1:${link.port}`, { serverSelectionTimeoutMS: 500 });
    try {
      await far.connect();
      const through = new GroupCommit(far);
      await through.connected();
      link.cut();
      const results = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((_id, n) =>
          through.write(insertion({ _id, rev: 0 }, n < 3 ? 'items' : 'others', far)),
        ),
      );
      for (const result of results) expect(result.status === 'rejected' && isOutage(result.reason)).toBe(true);
    } finally {
      await far.close();
      link.close();
    }
  });

  test('before MongoDB 8 each is a command', async () => {
    const old = new GroupCommit({
      bulkWrite: client.bulkWrite.bind(client),
      db: () => ({ command: async () => ({ maxWireVersion: 21 }) }) as never,
    });
    await old.connected();
    await Promise.all(['a', 'b'].map((_id) => old.write(insertion({ _id, rev: 0 }))));
    expect(commands).toEqual(['insert', 'insert']);
  });

  test('reads of one turn leave as one query; each reader has a copy of its own', async () => {
    await items().insertMany([
      { _id: 'a', rev: 1, owner: 'x', key: '1' } as Versioned,
      { _id: 'b', rev: 2, owner: 'y', key: '2' } as Versioned,
      { _id: 'c', rev: 3, owner: 'x', key: '2' } as Versioned,
    ]);
    commands = [];
    const byId = new GroupRead(['_id'], (filter) => items().find(filter).toArray());
    const [a, missing, again, b] = await Promise.all(['a', 'none', 'a', 'b'].map((id) => byId.read([id])));
    expect([a?.rev, missing, again, b?.rev]).toEqual([1, null, a, 2]);
    expect(again).not.toBe(a);
    expect(commands).toEqual(['find']);
    const byKey = new GroupRead(['owner', 'key'], (filter) => items().find(filter).toArray());
    const found = await Promise.all([byKey.read(['x', '1']), byKey.read(['y', '2']), byKey.read(['y', '1'])]);
    expect(found.map((doc) => doc?._id)).toEqual(['a', 'b', undefined]);
    expect(commands).toEqual(['find', 'find']);
  });
});
