import { beforeEach, describe, expect, test } from '@jest/globals';
import { contract } from '../../../lib/contract/contract.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { answerOf } from '../../../services/api/near-cache/answer.ts';
import { NearCache, type PendingResponse } from '../../../services/api/near-cache/near-cache.ts';

const open = { summary: '', visibility: 'published', auth: 'public', idempotent: true, params: {} } as const;
const whole = { 'shelves.changed': '*' };
const dropOn = { 'books.changed': 'id', 'stock.changed': 'levels.bookId' };
const books = contract(
  'books',
  {
    get: { ...open, rest: 'GET /v1/books/:id', params: { id: 'string' }, nearCache: { ttl: 1000, dropOn } },
    list: { ...open, rest: 'GET /v1/books', nearCache: { ttl: 500, dropOn: {} } },
    shelves: { ...open, rest: 'GET /v1/shelves', nearCache: { ttl: 1000, dropOn: whole } },
  },
  {},
);
const routes = routesOf([books]);

class Clock {
  time = 5000;
  now = () => this.time;
}

describe('the near-cache', () => {
  let clock: Clock;
  let counted: string[];
  let sizes: [entries: number, bytes: number][];
  let cache: NearCache;

  const create = (bounds: { maxEntries?: number; maxBytes?: number } = {}) => {
    const meter = {
      hit: (action: string) => counted.push(`hit ${action}`),
      miss: (action: string) => counted.push(`miss ${action}`),
      size: (entries: number, bytes: number) => sizes.push([entries, bytes]),
    };
    cache = new NearCache(routes, { meter, clock, ...bounds });
  };
  beforeEach(() => {
    [clock, counted, sizes] = [new Clock(), [], []];
    create();
  });

  const book = (id: string, title = id) => answerOf({ id, title });
  const keep = (key: string, answer = book(key), action = 'books.get') => cache.begin(action, key).resolve(answer);
  /** The titles of what is kept, without what is under way. */
  const kept = (...keys: string[]) =>
    keys.map((key) => {
      const found = cache.find(key);
      return found === undefined || found instanceof Promise ? undefined : JSON.parse(found.body).title;
    });

  test('drops all answers of an action that an event is about as a whole, and no others', () => {
    for (const key of ['x', 'y']) keep(key, answerOf({ title: key }), 'books.shelves');
    keep('a');
    keep('list', answerOf({ title: 'all' }), 'books.list');
    cache.invalidate('shelves.changed', { rev: 7 });
    expect(kept('x', 'y', 'a', 'list')).toEqual([undefined, undefined, 'a', 'all']);
  });

  test('keeps an answer for the time of its action, to the millisecond', () => {
    keep('a');
    keep('list', answerOf({ title: 'all' }), 'books.list');
    clock.time += 500;
    expect(kept('a', 'list')).toEqual(['a', 'all']);
    clock.time += 1;
    expect(kept('a', 'list')).toEqual(['a', undefined]);
    clock.time += 500;
    expect(kept('a')).toEqual([undefined]);
  });

  test('being asked for does not make an answer last longer', () => {
    keep('a');
    for (let n = 0; n < 10; n++) {
      clock.time += 100;
      expect(kept('a')).toEqual(['a']);
    }
    clock.time += 1;
    expect(kept('a')).toEqual([undefined]);
  });

  describe('a call under way', () => {
    test('is for all who ask meanwhile', async () => {
      const flight = cache.begin('books.get', 'a');
      const waiting = [cache.find('a'), cache.find('a')];
      const answer = book('a');
      flight.resolve(answer);
      expect(await Promise.all(waiting)).toEqual([answer, answer]);
      expect(counted).toEqual(['miss books.get', 'hit books.get', 'hit books.get']);
    });

    test('that fails fails for all of them, and nothing is kept', async () => {
      const flight = cache.begin('books.get', 'a');
      const waiting = [cache.find('a'), cache.find('a')];
      flight.reject(new Error('away'));
      for (const one of waiting) await expect(one).rejects.toThrow('away');
      expect(cache.find('a')).toBeUndefined();
    });

    test('whose client is gone is nothing to wait for', async () => {
      const flight = cache.begin('books.get', 'a');
      const waiting = cache.find('a');
      flight.end();
      expect(await waiting).toBeUndefined();
      flight.resolve(book('a', 'late'));
      expect(cache.find('a')).toBeUndefined();
    });

    test('may end after it has landed', () => {
      const flight = cache.begin('books.get', 'a');
      flight.resolve(book('a'));
      flight.end();
      expect(kept('a')).toEqual(['a']);
    });

    test('gives way to one that begins later: what it brings is not kept', () => {
      const old = cache.begin('books.get', 'a');
      const late = cache.begin('books.get', 'a');
      late.resolve(book('a', 'new'));
      old.resolve(book('a', 'old'));
      expect(kept('a')).toEqual(['new']);
    });
  });

  describe('an event', () => {
    const changed = (id: string) => cache.invalidate('books.changed', { id, other: 'b' });
    const inStock = (...ids: string[]) =>
      cache.invalidate('stock.changed', { levels: ids.map((bookId) => ({ bookId })) });

    test.each([
      ['by a field', changed],
      ['by a field of each of a list', inStock],
    ])('drops what it names %s, whatever it was asked for by, and only that', (_name, tell) => {
      for (const key of ['a', 'slug-of-a', 'in-dollars']) keep(key, book('a'));
      keep('b');
      keep('list', answerOf({ title: 'all' }), 'books.list');
      tell('a');
      expect(kept('a', 'slug-of-a', 'in-dollars', 'b', 'list')).toEqual([undefined, undefined, undefined, 'b', 'all']);
    });

    test('of another kind drops nothing', () => {
      keep('a');
      cache.invalidate('authors.changed', { id: 'a' });
      expect(kept('a')).toEqual(['a']);
    });

    test.each([
      ['that it is about', 'a'],
      ['of another, which only its answer would tell', 'b'],
    ])('comes before the answer to a call %s: who asks later does not wait for it, and it is not kept', (_name, id) => {
      const before = cache.begin('books.get', 'a');
      changed(id);
      expect(cache.find('a')).toBeUndefined();
      before.resolve(book('a', 'old'));
      expect(kept('a')).toEqual([undefined]);
    });

    test('is heard by the nodes at about the same time: what they say at first is not kept', () => {
      changed('a');
      const early = cache.begin('books.get', 'a');
      clock.time += 99;
      const alsoEarly = cache.begin('books.get', 'slug-of-a');
      clock.time += 1;
      const settled = cache.begin('books.get', 'in-dollars');
      for (const flight of [early, alsoEarly, settled]) flight.resolve(book('a'));
      expect(kept('a', 'slug-of-a', 'in-dollars')).toEqual([undefined, undefined, 'a']);
    });

    test('that was missed: all is dropped, and what is under way is not kept', () => {
      keep('a');
      keep('list', answerOf({ title: 'all' }), 'books.list');
      const flight: PendingResponse = cache.begin('books.get', 'b');
      cache.clear();
      expect(cache.find('b')).toBeUndefined();
      flight.resolve(book('b'));
      expect(kept('a', 'list', 'b')).toEqual([undefined, undefined, undefined]);
    });
  });

  describe('has bounds', () => {
    test('of number: the one not asked for the longest goes first', () => {
      create({ maxEntries: 3 });
      for (const key of ['a', 'b', 'c']) keep(key);
      kept('a');
      keep('d');
      expect(kept('a', 'b', 'c', 'd')).toEqual(['a', undefined, 'c', 'd']);
      expect(sizes.every(([entries]) => entries <= 3)).toBe(true);
    });

    test('of bytes', () => {
      create({ maxBytes: 100_000 });
      for (let n = 0; n < 100; n++) keep(`k${n}`, book(`k${n}`, 'x'.repeat(5000)));
      const [entries, bytes] = sizes.at(-1) ?? [];
      expect(bytes).toBeLessThanOrEqual(100_000);
      expect(bytes).toBeGreaterThan(80_000);
      expect(entries).toBeGreaterThan(10);
      // One that alone would be too much leaves the others where they are.
      keep('large', book('large', 'x'.repeat(200_000)));
      expect(cache.find('large')).toBeUndefined();
      expect(kept('k99')).not.toEqual([undefined]);
    });
  });

  test('tells how much it keeps', () => {
    keep('a');
    keep('b');
    cache.invalidate('books.changed', { id: 'a' });
    expect(sizes.map(([entries]) => entries)).toEqual([1, 2, 1]);
    cache.clear();
    expect(sizes.at(-1)).toEqual([0, 0]);
  });
});
