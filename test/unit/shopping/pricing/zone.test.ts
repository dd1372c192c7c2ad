import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zoneFaults } from '../../../../services/shopping/checkout/pricing/check-zones.ts';
import {
  isInRange,
  parsePostcodeRange,
  postcodeKey,
} from '../../../../services/shopping/checkout/pricing/postcode-range.ts';
import type { PricingRules, ShippingRule, TaxRule } from '../../../../services/shopping/checkout/pricing/rules.ts';
import { shippingOptions } from '../../../../services/shopping/checkout/pricing/shipping.ts';
import { rateFor } from '../../../../services/shopping/checkout/pricing/tax.ts';
import { type Destination, specificityOf } from '../../../../services/shopping/checkout/pricing/zone.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const rules = (part: Partial<PricingRules>): PricingRules => ({ taxIncluded: true, tax: [], shipping: [], ...part });
const rangeOf = (text: string, country: string) => {
  const range = parsePostcodeRange(text, country);
  if ('fault' in range) throw new Error(`${text} ${range.fault}`);
  return range;
};
const covers = (text: string, country: string, postcode: string) =>
  isInRange(postcodeKey(postcode, country), rangeOf(text, country));

describe('a range of postcodes', () => {
  test.each([
    ['DE', '01067..09999', ['01067', '04109', '09999'], ['10115', '00999', '1067']],
    ['DE', '0*', ['01067', '09999'], ['10115']],
    ['PL', '00-001..04-999', ['00-950', '04-999'], ['05-077']],
    ['US', '10001..10010', ['10001', '10010', '10010-1234'], ['10011', '00501']],
    ['CA', 'K1A*..K2C*', ['K1A 0B1', 'K2C 3T1', 'K1Z 9Z9'], ['K2D 1A1', 'K0A 1A0', 'L1A 1A1']],
    ['CA', 'X0A 0A0..X0C 9Z9', ['X0B 1B0'], ['X1A 1A1']],
    ['NL', '1012 AB..1012 JX', ['1012 AB', '1012 JX', '1012 DE'], ['1012 AA', '1012 JZ', '1013 AB']],
    ['NL', '1012*', ['1012 AA', '1012 ZZ'], ['1013 AA']],
    ['GB', 'BT*', ['BT1 1AA', 'BT93 8AD'], ['B1 1AA', 'BS1 1AA']],
    ['GB', 'B*', ['B1 1AA', 'B99 1AA'], ['BT1 1AA', 'BA1 1AA']],
    ['GB', 'PA20*..PA78*', ['PA20 9AA', 'PA41 7AA', 'PA78 6SY'], ['PA2 6AA', 'PA7 5AA', 'PA19 1AA', 'PA80 5AA']],
    ['GB', 'M2*..M10*', ['M2 1AA', 'M9 8AA', 'M10 1AA'], ['M1 1AA', 'M11 1AA', 'M20 1AA']],
    ['GB', 'W1*', ['W1 1AA', 'W1A 1AA', 'W1T 4JZ'], ['W10 5AA', 'W2 1AA']],
    ['GB', 'SW1A 1AA..SW1A 2AA', ['SW1A 1AA', 'SW1A 1ZZ', 'SW1A 2AA'], ['SW1A 2AB', 'SW1Y 1AA', 'SW1 1AA']],
    ['BH', '101..1216', ['101', '317', '1216'], []],
    ['SE', '114 55', ['114 55'], ['114 56']],
  ])('of %s: %s sorts as postcodes there do', (country, text, inside, outside) => {
    for (const postcode of inside) expect([postcode, covers(text, country, postcode)]).toEqual([postcode, true]);
    for (const postcode of outside) expect([postcode, covers(text, country, postcode)]).toEqual([postcode, false]);
  });

  test.each([
    ['DE', '1067..9999', 'is no postcode of DE'],
    ['DE', '10..20', 'A prefix ends in *'],
    ['DE', '20000..10000', 'ends before it begins'],
    ['GB', 'M10*..M9*', 'ends before it begins'],
    ['NL', '1012 JX..1012 AB', 'ends before it begins'],
    ['CA', 'K2C*..K1A*', 'ends before it begins'],
    ['DE', '10115..10117..10119', 'has more than two ends'],
    ['DE', '*', 'is a prefix without a character'],
  ])('of %s: %s is refused', (country, text, why) => {
    expect(parsePostcodeRange(text, country)).toEqual({ fault: expect.stringContaining(why) });
  });

  test(`of Germany has a postcode exactly if its number is between the ends, with leading zeros (seed ${seed})`, () => {
    const postcode = fc.integer({ min: 1001, max: 99_998 }).map((number) => String(number).padStart(5, '0'));
    const property = fc.property(postcode, postcode, postcode, (one, other, asked) => {
      const [from, to] = [one, other].toSorted((a, b) => Number(a) - Number(b));
      assert.equal(covers(`${from}..${to}`, 'DE', asked), Number(from) <= Number(asked) && Number(asked) <= Number(to));
    });
    fc.assert(property, { seed });
  });

  test(`of Great Britain has its districts in the order of their numbers (seed ${seed})`, () => {
    const district = fc.integer({ min: 1, max: 99 });
    const property = fc.property(district, district, district, (one, other, asked) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      assert.equal(covers(`M${from}*..M${to}*`, 'GB', `M${asked} 1AA`), from <= asked && asked <= to);
    });
    fc.assert(property, { seed });
  });
});

describe('of several zones', () => {
  const ZONES: TaxRule[] = [
    { country: '*', taxClass: '*', rate: 1 },
    { country: '*', taxClass: 'books', rate: 2 },
    { country: 'ES', taxClass: '*', rate: 3 },
    { country: 'ES', taxClass: 'books', rate: 4 },
    { country: 'ES', regions: ['Canarias'], taxClass: '*', rate: 5 },
    { country: 'ES', postcodes: ['35*'], taxClass: '*', rate: 6 },
    { country: 'ES', regions: ['Canarias'], postcodes: ['38*'], taxClass: '*', rate: 7 },
    { country: 'ES', regions: ['Canarias'], postcodes: ['38*'], taxClass: 'books', rate: 8 },
  ];
  const DESTINATIONS: [Destination, string, number][] = [
    [{ country: 'FR' }, 'standard', 1],
    [{ country: 'FR', region: 'Canarias', postcode: '35001' }, 'books', 2],
    [{ country: 'ES' }, 'standard', 3],
    [{ country: 'ES', postcode: '28001' }, 'books', 4],
    [{ country: 'ES', region: 'CANÁRIAS' }, 'standard', 5],
    [{ country: 'ES', region: 'Canarias' }, 'books', 5],
    [{ country: 'ES', region: 'Canarias', postcode: '35001' }, 'standard', 6],
    [{ country: 'ES', postcode: '38001' }, 'standard', 3],
    [{ country: 'ES', region: 'Canarias', postcode: '38001' }, 'standard', 7],
    [{ country: 'ES', region: 'Canarias', postcode: '38001' }, 'books', 8],
  ];

  test.each(DESTINATIONS)('the most specific has the tax: %j, %s', (destination, taxClass, rate) => {
    expect(rateFor(rules({ tax: ZONES }), destination, taxClass)).toBe(rate);
  });

  test(`the order of the rules does not matter (seed ${seed})`, () => {
    const shuffled = fc.shuffledSubarray(ZONES, { minLength: ZONES.length });
    const property = fc.property(shuffled, fc.constantFrom(...DESTINATIONS), (tax, [destination, taxClass, rate]) => {
      assert.equal(rateFor(rules({ tax }), destination, taxClass), rate);
    });
    fc.assert(property, { seed });
  });

  test('a known region is the same by its code and by its names, of which addresses store the code', () => {
    const zone = { country: 'JP', regions: ['Tokyo'] };
    for (const region of ['13', '東京都', 'tokyo', 'JP-13']) {
      expect([region, specificityOf(zone, { country: 'JP', region })]).toEqual([region, 2]);
    }
    expect(specificityOf(zone, { country: 'JP', region: '14' })).toBeUndefined();
  });

  test(`that are taken, at most one is the most specific for any destination (seed ${seed})`, () => {
    const postcode = fc.integer({ min: 10_001, max: 10_030 }).map(String);
    const range = fc.tuple(postcode, postcode).map((ends) => ends.toSorted().join('..'));
    const regions = fc.subarray(['Berlin', 'BE', 'Hamburg'], { minLength: 1 });
    const zone = fc.record(
      { country: fc.constant('DE'), regions, postcodes: fc.array(range, { minLength: 1, maxLength: 2 }) },
      { requiredKeys: ['country'] },
    );
    const destination = fc.record(
      { country: fc.constant('DE'), region: fc.constantFrom('Berlin', 'be', 'Hamburg'), postcode },
      { requiredKeys: ['country'] },
    );
    const property = fc.property(fc.array(zone, { minLength: 2, maxLength: 4 }), destination, (zones, to) => {
      const placed = zones.map((one, index) => ({ zone: one, place: `tax[${index}]`, subject: 'taxClass *' }));
      fc.pre([...zoneFaults(placed)].length === 0);
      const found = zones.flatMap((one) => specificityOf(one, to) ?? []);
      assert.ok(found.filter((one) => one === Math.max(...found)).length <= 1);
    });
    fc.assert(property, { seed, numRuns: 500, maxSkipsPerRun: 1000 });
  });

  test('regions are compared without case, accents, punctuation and the country of ISO 3166-2', () => {
    const zone = { country: 'BR', regions: ['São Paulo', 'SP'] };
    for (const region of ['sao paulo', 'SÃO  PAULO', 'Sao-Paulo', 'BR-SP', 'sp']) {
      expect([region, specificityOf(zone, { country: 'BR', region })]).toEqual([region, 2]);
    }
    expect(specificityOf(zone, { country: 'BR', region: 'Paulo' })).toBeUndefined();
    expect(specificityOf(zone, { country: 'BR' })).toBeUndefined();
    expect(specificityOf(zone, { country: 'PT', region: 'SP' })).toBeUndefined();
  });
});

describe('a shipping method', () => {
  const rule = (id: string, price: number, part: Partial<ShippingRule> = {}): ShippingRule => ({
    ...{ id, title: id, by: 'total', bands: [{ upTo: null, price }], ...part },
  });
  const shipping = [
    rule('post', 500),
    rule('post', 400, { countries: ['DE', 'AT'] }),
    rule('post', 900, { zones: [{ country: 'DE', postcodes: ['25846..25849', '26465..26486'] }] }),
    rule('van', 2000, { countries: ['DE'], except: [{ country: 'DE', postcodes: ['26*'] }, { country: 'AT' }] }),
  ];
  const pricesIn = (to: Destination) =>
    shippingOptions(rules({ shipping }), { to, total: 1000, weight: 0 }, 'EUR').map(({ method, price }) => [
      method,
      price.amount,
    ]);

  test('has the price of its most specific zone, and is not there where it is excepted', () => {
    expect(pricesIn({ country: 'FR' })).toEqual([['post', 500]]);
    expect(pricesIn({ country: 'AT' })).toEqual([['post', 400]]);
    expect(pricesIn({ country: 'DE', postcode: '10115' })).toEqual([
      ['post', 400],
      ['van', 2000],
    ]);
    expect(pricesIn({ country: 'DE', postcode: '25846' })).toEqual([
      ['post', 900],
      ['van', 2000],
    ]);
    expect(pricesIn({ country: 'DE', postcode: '26465' })).toEqual([['post', 900]]);
  });
});
