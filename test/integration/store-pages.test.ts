import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Service, ServiceBroker } from 'moleculer';
import { type CursorPage, encodeCursor, MAX_PAGE_ITEMS } from '../../lib/contract/page.ts';
import { NEWEST_FIRST, type PageOrder, type PlaceKey } from '../../mixins/store/pages.ts';
import type { Versioned } from '../../mixins/store/patch.ts';
import { type Store, store } from '../../mixins/store/store.ts';
import { eachEngine } from '../support/engines.ts';

interface Entry extends Versioned {
  list: string;
  rank: number;
  seq: number;
  key: string;
}

const refused = expect.objectContaining({
  type: 'invalid-request',
  data: { errors: [expect.objectContaining({ pointer: '/cursor' })] },
});
const idOf = (n: number) => `ent_${String(n).padStart(4, '0')}`;
/** Ten have each rank, and their ids are spread over all of them. */
const entry = (list: string, n: number) => ({
  ...{ _id: `${list}:${idOf(n)}`, list, rank: n % 10, seq: 10_000 - n, key: `low ${list}:${idOf(n)}` },
});

/** A text that orders as the id does. */
const KEY: PlaceKey<Entry> = {
  field: 'key',
  shape: ['string'],
  placeOf: ({ _id }) => [_id],
  textAt: ([id]) => `low ${id}`,
};

const ORDERS: [string, PageOrder<Entry>, (a: Entry, b: Entry) => number][] = (
  ['ascending', 'descending'] as const
).flatMap((way) => {
  const direction = way === 'ascending' ? 1 : -1;
  const byId = (a: Entry, b: Entry) => direction * (a._id < b._id ? -1 : 1);
  return [
    [`_id, ${way}`, { direction }, byId],
    [`a text of the place, ${way}`, { direction, key: KEY }, byId],
    [`a unique number, ${way}`, { direction, unique: 'seq' }, (a, b) => direction * (a.seq - b.seq)],
    [`a name alone, ${way}`, { direction, name: way }, byId],
    [
      `a number with ties, ${way}`,
      { direction, name: way, field: 'rank' },
      (a, b) => direction * (a.rank - b.rank) || byId(a, b),
    ],
  ] satisfies [string, PageOrder<Entry>, (a: Entry, b: Entry) => number][];
});

eachEngine('a page of the store', (engine) => {
  const broker = new ServiceBroker({ logger: false });
  let entries: Store<Entry>;
  let lists = 0;
  /** A list of its own for each test. */
  async function listOf(count: number): Promise<string> {
    lists += 1;
    const list = `list-${lists}`;
    await entries.insertNew(Array.from({ length: count }, (_, n) => entry(list, n)));
    return list;
  }
  async function* pagesOf(list: string, order: PageOrder<Entry>, limit: number): AsyncGenerator<Entry[]> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const found: CursorPage<Entry> = await entries.page({ list }, { limit, cursor, order });
      cursor = found.nextCursor;
      yield found.items;
    }
  }

  beforeAll(async () => {
    const indexes = [{ fields: { list: 1, seq: 1 } }, { fields: { key: 1 } }] as const;
    broker.createService({
      name: 'x',
      mixins: [store<Entry>(engine.config(), { node: 'product', collection: 'entries', indexes })],
    });
    await broker.start();
    entries = (broker.getLocalService('x') as Service & { store: Store<Entry> }).store;
  });
  afterAll(() => broker.stop());

  test.each(ORDERS)('by %s: the pages have every document once, in order', async (_name, order, compare) => {
    const list = await listOf(45);
    const sizes: number[] = [];
    const seen: Entry[] = [];
    for await (const items of pagesOf(list, order, 20)) {
      sizes.push(items.length);
      seen.push(...items);
    }
    expect(sizes).toEqual([20, 20, 5]);
    expect(seen.map(({ _id }) => _id)).toEqual(seen.toSorted(compare).map(({ _id }) => _id));
    expect(new Set(seen.map(({ _id }) => _id)).size).toBe(45);
  });

  test.each(ORDERS)(
    'by %s: documents inserted and removed between pages double none and leave none out',
    async (_name, order) => {
      const list = await listOf(60);
      const kept = new Set(Array.from({ length: 60 }, (_, n) => entry(list, n)._id));
      const seen: string[] = [];
      let inserted = 1000;
      for await (const items of pagesOf(list, order, 7)) {
        seen.push(...items.map(({ _id }) => _id));
        // The last of the page, where the next one goes on; one already shown; and one that may be still to come.
        const gone = [items.at(-1), items[0]].flatMap((item) => (item ? [item._id] : []));
        const toCome = [...kept].find((id) => !seen.includes(id));
        if (toCome && seen.length % 2 === 0) gone.push(toCome);
        for (const _id of gone) kept.delete(_id);
        await entries.remove({ _id: { $in: gone } });
        for (const at of [inserted, -inserted]) {
          const extra = entry(list, Math.abs(at));
          await entries.insert({
            ...extra,
            _id: `${extra._id}${at < 0 ? '' : '-later'}`,
            seq: at,
            key: `low ${extra._id}${at < 0 ? '' : '-later'}`,
          });
        }
        inserted += 1;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect([...kept].filter((id) => !seen.includes(id))).toEqual([]);
    },
  );

  test('given a filter on the field of the order, then both have to hold', async () => {
    const list = await listOf(30);
    const wanted = [3, 4, 5, 20].map((n) => entry(list, n)._id);
    const walk = async (filter: Parameters<Store<Entry>['page']>[0]) => {
      const first = await entries.page(filter, { limit: 2, order: NEWEST_FIRST });
      const { items } = await entries.page(filter, { limit: 2, order: NEWEST_FIRST, cursor: String(first.nextCursor) });
      return [...first.items, ...items].map(({ _id }) => _id);
    };
    expect(await walk({ list, _id: { $in: wanted } })).toEqual(wanted.toReversed());
    const between = { $gte: entry(list, 3)._id, $lt: entry(list, 7)._id };
    expect(await walk({ list, _id: between })).toEqual([6, 5, 4, 3].map((n) => entry(list, n)._id));
    const other = await entries.page({ list, _id: entry(list, 9)._id }, { cursor: encodeCursor([entry(list, 9)._id]) });
    expect(other).toEqual({ items: [], nextCursor: null });
  });

  test('given fields, then the page is cut and goes on without the others', async () => {
    const list = await listOf(3);
    const order = { direction: 1, name: 'rank', field: 'rank' } as const;
    const first = await entries.page({ list }, { limit: 2, fields: ['seq'], order });
    expect(first.items.map((item) => item.seq)).toEqual([10_000, 9999]);
    expect(first.items[0]).not.toHaveProperty('key');
    const { items, nextCursor } = await entries.page(
      { list },
      { limit: 2, fields: ['seq'], order, cursor: String(first.nextCursor) },
    );
    expect([items.map((item) => item.seq), nextCursor]).toEqual([[9998], null]);
  });

  test('its cursor has the place of the last document, as clients keep it', async () => {
    const list = await listOf(2);
    const id = entry(list, 0)._id;
    const cursorBy = async (order: PageOrder<Entry>) => (await entries.page({ list }, { limit: 1, order })).nextCursor;
    expect(await cursorBy({ direction: 1 })).toBe(encodeCursor([id]));
    expect(await cursorBy({ direction: -1, unique: 'seq' })).toBe(encodeCursor([10_000]));
    expect(await cursorBy({ direction: 1, name: 'newest' })).toBe(encodeCursor(['newest', 0, id]));
    expect(await cursorBy({ direction: 1, name: 'best', field: 'rank' })).toBe(encodeCursor(['best', 0, id]));
    expect(await cursorBy({ direction: 1, key: KEY })).toBe(encodeCursor([id]));
  });

  test.each<[string, PageOrder<Entry>, string]>([
    ['no text', { direction: 1 }, ''],
    ['words', { direction: 1 }, 'garbage'],
    ['a number for an id', { direction: 1 }, encodeCursor([1])],
    ['an id for a number', { direction: 1, unique: 'seq' }, encodeCursor(['1'])],
    ['a part too many', { direction: 1 }, encodeCursor(['a', 'b'])],
    ['another order of the list', { direction: 1, name: 'best', field: 'rank' }, encodeCursor(['worst', 1, 'a'])],
  ])('given a cursor of %s, then it is refused', async (_name, order, cursor) => {
    await expect(entries.page({}, { order, cursor })).rejects.toEqual(refused);
  });

  test.each([0, -1, 1.5, Number.NaN, MAX_PAGE_ITEMS + 1])('given a limit of %p, then it is refused', async (limit) => {
    await expect(entries.page({}, { limit })).rejects.toThrow(RangeError);
  });
});
