import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildPage, decodeCursor, encodeCursor, MAX_PAGE_BYTES } from '../../../lib/contract/page.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const refused = expect.objectContaining({
  type: 'invalid-request',
  code: 400,
  data: { errors: [expect.objectContaining({ pointer: '/cursor' })] },
});

describe('a cursor', () => {
  test('leads back to the place it was made of, and needs no escaping in an address', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0));
    const check = fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), number), { minLength: 1 }),
      (place) => {
        const cursor = encodeCursor(place);
        expect(cursor).toMatch(/^[\w-]+$/);
        const shape = place.map((part) => typeof part as 'string' | 'number');
        expect(decodeCursor(cursor, shape)).toEqual(place);
      },
    );
    fc.assert(check, { seed });
  });

  const written = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    ['no text at all', ''],
    ['words', 'garbage'],
    ['another JSON', written({ key: 1 })],
    ['null', written(null)],
    ['a part too few', written([1])],
    ['a part too many', written([1, 'a', 'b'])],
    ['parts of other kinds', written(['1', 'a'])],
    ['an object for a part', written([1, { $gt: '' }])],
    ['null for a part', written([null, 'a'])],
  ])('made of %s is refused', (_name, cursor) => {
    let error: unknown;
    try {
      decodeCursor(cursor, ['number', 'string']);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toEqual(refused);
  });

  test('of any other text is refused too, and breaks nothing', () => {
    const check = fc.property(fc.string(), (text) => {
      expect(() => decodeCursor(text, ['number', 'string'])).toThrow('nextCursor');
    });
    fc.assert(check, { seed });
  });
});

describe('a page', () => {
  const place = (n: number) => [n];

  test('has at most its limit, and a cursor exactly when there is more', () => {
    expect(buildPage([1, 2, 3], 2, place)).toEqual({ items: [1, 2], nextCursor: encodeCursor([2]) });
    expect(buildPage([1, 2], 2, place)).toEqual({ items: [1, 2], nextCursor: null });
    expect(buildPage([1], 2, place)).toEqual({ items: [1], nextCursor: null });
    expect(buildPage([], 2, place)).toEqual({ items: [], nextCursor: null });
  });

  test('after page leads through a whole list, each item once', () => {
    const check = fc.property(fc.uniqueArray(fc.integer()), fc.integer({ min: 1, max: 7 }), (numbers, limit) => {
      const list = numbers.toSorted((a, b) => a - b);
      const seen: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const [after = Number.NEGATIVE_INFINITY] = cursor === undefined ? [] : decodeCursor(cursor, ['number']);
        const read = list.filter((n) => n > Number(after)).slice(0, limit + 1);
        const { items, nextCursor }: { items: number[]; nextCursor: string | null } = buildPage(read, limit, place);
        expect(items.length > 0 || list.length === 0).toBe(true);
        seen.push(...items);
        cursor = nextCursor;
      }
      expect(seen).toEqual(list);
    });
    fc.assert(check, { seed });
  });
});

describe('a page of large items', () => {
  const itemsOf = (sizes: readonly number[]) =>
    sizes.map((size, n) => ({ _id: String(n).padStart(6, '0'), rev: 0, text: '€'.repeat(size / 3) }));

  test('ends before it has too many bytes, has one item at least, and its cursor loses and doubles none', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 2 * MAX_PAGE_BYTES }), { maxLength: 20 });
    const check = fc.property(sizes, fc.integer({ min: 1, max: 100 }), (sizes, limit) => {
      const items = itemsOf(sizes);
      const seen: string[] = [];
      for (let after = ''; ; ) {
        const rest = items.filter(({ _id }) => _id > after).slice(0, limit + 1);
        const { items: shown, nextCursor } = buildPage(rest, limit, ({ _id }) => [_id]);
        expect(shown.length).toBeLessThanOrEqual(limit);
        if (shown.length > 1) expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThan(MAX_PAGE_BYTES + 100);
        seen.push(...shown.map(({ _id }) => _id));
        if (nextCursor === null) break;
        after = String(decodeCursor(nextCursor, ['string'])[0]);
      }
      expect(seen).toEqual(items.map(({ _id }) => _id));
    });
    fc.assert(check, { seed, numRuns: 30 });
  });

  test('of what the auditor reads is cut as well, and goes on behind it', async () => {
    const items = itemsOf(Array.from({ length: 30 }, () => MAX_PAGE_BYTES / 4));
    const find = async ({ _id }: { _id?: { $gt: string } }, { limit }: { limit: number }) =>
      items.filter((item) => !_id || item._id > _id.$gt).slice(0, limit);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items: shown, next } = await readAuditPage(
        { find } as never,
        { after, limit: 10 },
        ({ _id, rev: _, ...rest }) => ({ id: _id, ...rest }),
      );
      expect(shown.length).toBeLessThanOrEqual(4);
      seen.push(...shown.map(({ id }) => id));
      if (next === null) break;
      after = next;
    }
    expect(seen).toEqual(items.map(({ _id }) => _id));
  });
});
