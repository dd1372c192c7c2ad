import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, page } from '../../../lib/page.ts';

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
    expect(page([1, 2, 3], 2, place)).toEqual({ items: [1, 2], nextCursor: encodeCursor([2]) });
    expect(page([1, 2], 2, place)).toEqual({ items: [1, 2], nextCursor: null });
    expect(page([1], 2, place)).toEqual({ items: [1], nextCursor: null });
    expect(page([], 2, place)).toEqual({ items: [], nextCursor: null });
  });

  test('after page leads through a whole list, each item once', () => {
    const check = fc.property(fc.uniqueArray(fc.integer()), fc.integer({ min: 1, max: 7 }), (numbers, limit) => {
      const list = numbers.toSorted((a, b) => a - b);
      const seen: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const [after = Number.NEGATIVE_INFINITY] = cursor === undefined ? [] : decodeCursor(cursor, ['number']);
        const read = list.filter((n) => n > Number(after)).slice(0, limit + 1);
        const { items, nextCursor }: { items: number[]; nextCursor: string | null } = page(read, limit, place);
        expect(items.length > 0 || list.length === 0).toBe(true);
        seen.push(...items);
        cursor = nextCursor;
      }
      expect(seen).toEqual(list);
    });
    fc.assert(check, { seed });
  });
});
