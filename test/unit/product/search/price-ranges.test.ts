import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatRange, priceRanges } from '../../../../services/product/catalogue/search/price-ranges.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const texts = (least: number, most: number) => priceRanges(least, most).map(formatRange);

describe('ranges of prices', () => {
  test('divide prices that lie close together evenly, and others by ratio', () => {
    expect(texts(4000, 11_999)).toEqual(['4000-5999', '6000-7999', '8000-9999', '10000-11999']);
    expect(texts(415, 34_995)).toEqual([
      ...['200-499', '500-999', '1000-1999', '2000-4999'],
      ...['5000-9999', '10000-19999', '20000-49999'],
    ]);
    expect(texts(995, 995)).toEqual(['995-995']);
    expect(texts(0, 0)).toEqual(['0-0']);
    expect(texts(0, 30)).toEqual(['0-0', '1-1', '2-4', '5-9', '10-19', '20-49']);
  });

  test('hold every price between the least and the most, each in one of a few', () => {
    const price = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 1_000_000_000_000 }));
    const check = fc.property(price, price, (a, b) => {
      const [least, most] = [Math.min(a, b), Math.max(a, b)];
      const ranges = priceRanges(least, most);
      expect(ranges.length).toBeLessThan(40);
      expect(ranges[0]?.from).toBeLessThanOrEqual(least);
      expect(ranges[0]?.to).toBeGreaterThanOrEqual(least);
      expect(ranges.at(-1)?.from).toBeLessThanOrEqual(most);
      expect(ranges.at(-1)?.to).toBeGreaterThanOrEqual(most);
      for (const [n, { from, to }] of ranges.entries()) {
        expect(to).toBeGreaterThanOrEqual(from);
        if (n > 0) expect(from).toBe((ranges[n - 1]?.to ?? 0) + 1);
      }
    });
    fc.assert(check, { seed });
  });
});
