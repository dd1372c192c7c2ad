import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { StartError } from '../../../../lib/process/start-error.ts';
import { loadRules } from '../../../../services/shopping/checkout/pricing/load-rules.ts';
import { rulesFor } from '../../../../services/shopping/checkout/pricing/rules.ts';
import { standardRules } from '../../../../services/shopping/checkout/pricing/standard-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'shop-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shipping = (price: number) => [{ id: 'post', title: 'Post', by: 'total', bands: [{ upTo: null, price }] }];
const tax = [{ country: 'DE', taxClass: 'books', rate: 700 }];
const post = (part: object) => shipping(490).map((way) => ({ ...way, ...part }));
const bands = (...ends: (number | null)[]) => post({ bands: ends.map((upTo) => ({ upTo, price: 1 })) });
const zoned = (postcodes: string[]) => [
  { country: 'DE', taxClass: '*', rate: 1900 },
  { country: 'DE', postcodes, taxClass: '*', rate: 700 },
];
const regional = (regions: string[]) => [{ country: 'US', regions, taxClass: '*', rate: 725 }];
const islands = (...postcodes: string[]) => [{ country: 'DE', postcodes }];
const RULES = { taxIncluded: true, tax, shipping: shipping(490) };

function load(rules: unknown, ...currencies: string[]) {
  const pricingFile = join(folder, 'rules.json');
  writeFileSync(pricingFile, typeof rules === 'string' ? rules : JSON.stringify(rules));
  return loadRules({ pricingFile, currency: 'EUR', currencies: ['EUR', ...currencies] });
}

/** The line that the shop does not start with. */
function refusal(rules: unknown, ...currencies: string[]): string {
  try {
    load(rules, ...currencies);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

describe('the rules of a file', () => {
  test('are those of the shop’s own currency; another has its own shipping, and the same taxes', () => {
    const dollars = { shipping: shipping(790), taxIncluded: false };
    const book = load({ ...RULES, currencies: { USD: dollars, JPY: { shipping: shipping(600) } } }, 'USD', 'JPY');
    expect(rulesFor(book, 'EUR')).toEqual(RULES);
    expect(rulesFor(book, 'USD')).toEqual({ ...dollars, tax });
    expect(rulesFor(book, 'JPY')).toEqual({ ...RULES, shipping: shipping(600) });
    expect(() => rulesFor(book, 'GBP')).toThrow(expect.objectContaining({ type: 'unknown-currency' }));
  });

  test('can have zones that are not ambiguous: of other classes, kinds and methods, or side by side', () => {
    const [everywhere, north] = zoned(['20*', '22001..22999']);
    const zones = {
      ...RULES,
      shippingTax: 'proportional',
      taxRounding: 'rate',
      tax: [
        ...[everywhere, north, { ...north, taxClass: 'books' }, { ...north, postcodes: ['21*', '23*'] }],
        { ...north, regions: ['Hamburg'] },
        ...regional(['CA']),
        ...regional(['NY']),
      ],
      shipping: [
        ...post({ countries: ['DE'], except: [{ country: 'DE', postcodes: ['27498'] }] }),
        ...post({ zones: islands('25846..25849') }),
        ...post({ id: 'van', zones: islands('25846..25849') }),
      ],
    };
    expect(rulesFor(load(zones), 'EUR')).toEqual(zones);
  });

  test('can be those of docs/pricing.md', () => {
    const text = readFileSync('docs/pricing.md', 'utf8');
    const [first, zones] = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json));
    expect(load(first, 'USD').size).toBe(2);
    expect(load({ ...first, ...zones }, 'USD').size).toBe(2);
  });

  test('may have more currencies than the shop sells in', () => {
    const book = load({ ...RULES, currencies: { USD: { shipping: shipping(790) } } });
    expect([...book.keys()]).toEqual(['EUR']);
  });

  test('that lack a currency the shop sells in keep it from starting: nothing is converted', () => {
    const line = refusal({ ...RULES, currencies: { USD: { shipping: shipping(790) } } }, 'USD', 'JPY');
    expect(line).toMatch(/^PRICING_FILE .*rules\.json is invalid: CURRENCIES has JPY.*'currencies\.JPY\.shipping'\.$/);
  });

  test.each([
    ['no JSON', '{', 'cannot be read'],
    ['the own currency among the others', { ...RULES, currencies: { EUR: { shipping: shipping(1) } } }, 'EUR'],
    ['a currency that is no code', { ...RULES, currencies: { dollar: { shipping: shipping(1) } } }, 'currencies'],
    ['a currency without shipping', { ...RULES, currencies: { USD: {} } }, 'shipping'],
    ['a currency with no way of shipping', { ...RULES, currencies: { USD: { shipping: [] } } }, 'shipping'],
    ['a currency with taxes', { ...RULES, currencies: { USD: { shipping: shipping(1), tax } } }, 'tax'],
    ['a price with a fraction', { ...RULES, currencies: { USD: { shipping: shipping(7.9) } } }, 'price'],
    [
      'a tax class that no product has',
      { ...RULES, tax: [{ country: 'DE', taxClass: 'Books', rate: 700 }] },
      'taxClass',
    ],
    ...[
      { country: 'UK', meant: 'GB' },
      { country: 'EL', meant: 'GR' },
      { country: 'DEU', meant: 'DE' },
      { country: 'de', meant: 'DE' },
    ].flatMap(({ country, meant }): [string, unknown, string][] => [
      [
        `a tax in ${country}`,
        { ...RULES, tax: [...tax, { country, taxClass: '*', rate: 1 }] },
        `'tax[1].country' is "${country}", which is no ISO 3166-1 alpha-2 code: write ${meant}.`,
      ],
      [
        `shipping to ${country}`,
        { ...RULES, shipping: post({ countries: ['FR', country] }) },
        `'shipping[0].countries[1]' is "${country}", which is no ISO 3166-1 alpha-2 code: write ${meant}.`,
      ],
    ]),
    ['a tax in ZZ', { ...RULES, tax: [{ country: 'ZZ', taxClass: '*', rate: 1 }] }, `'tax[0].country' is "ZZ"`],
    ['shipping to *', { ...RULES, shipping: post({ countries: ['*'] }) }, "leave 'countries' out"],
    ['shipping to nowhere', { ...RULES, shipping: post({ countries: [] }) }, 'countries'],
    ['a country twice', { ...RULES, shipping: post({ countries: ['DE', 'DE'] }) }, "'shipping[0].countries[1]' has DE"],
    ['a way of shipping without a title', { ...RULES, shipping: post({ title: ' ' }) }, "'shipping[0].title'"],
    ['a title of two lines', { ...RULES, shipping: post({ title: 'a\nb' }) }, 'title'],
    [
      'a tax rule twice',
      { ...RULES, tax: [...tax, ...tax] },
      "'tax[1]' has country DE and taxClass books, as 'tax[0]'",
    ],
    ['a rate above all', { ...RULES, tax: [{ country: 'DE', taxClass: '*', rate: 10_001 }] }, 'rate'],
    ['a rate below nothing', { ...RULES, tax: [{ country: 'DE', taxClass: '*', rate: -1 }] }, 'rate'],
    [
      'an id of shipping twice',
      { ...RULES, shipping: [...shipping(490), ...shipping(990)] },
      "'shipping[1].id' has the id post, as 'shipping[0].id' does.",
    ],
    [
      'bands that do not ascend',
      { ...RULES, shipping: bands(20_000, 2000) },
      "'shipping[0].bands[1].upTo' is 2000, not above 20000 of the band before it.",
    ],
    ['a band twice', { ...RULES, shipping: bands(2000, 2000) }, "'shipping[0].bands[1].upTo' is 2000"],
    ['a band after the last', { ...RULES, shipping: bands(null, 2000) }, "'shipping[0].bands[1].upTo' comes after"],
    ['two last bands', { ...RULES, shipping: bands(null, null) }, "'shipping[0].bands[1].upTo' comes after"],
    [
      'bands of another currency that do not ascend',
      { ...RULES, currencies: { USD: { shipping: bands(2, 1) } } },
      "'currencies.USD.shipping[0].bands[1].upTo'",
    ],
    ['a currency that is none', { ...RULES, currencies: { UKP: { shipping: shipping(1) } } }, "'currencies.UKP'"],
    ['a currency withdrawn', { ...RULES, currencies: { HRK: { shipping: shipping(1) } } }, "'currencies.HRK'"],
    ['an amount beyond all prices', { ...RULES, shipping: shipping(1e13) }, 'price'],
    ['a key twice', `{"tax":[],${JSON.stringify(RULES).slice(1)}`, "'tax' is there twice"],
    [
      'a key twice further inside',
      JSON.stringify({ ...RULES, currencies: { USD: { shipping: shipping(1) } } }).replace(
        '"USD":',
        '"USD":{"shipping":[]},"USD":',
      ),
      "'currencies.USD' is there twice",
    ],
    ['a rounding of its own', { ...RULES, taxRounding: 'total' }, 'taxRounding'],
    ['shipping taxed in its own way', { ...RULES, shippingTax: 'lowest' }, 'shippingTax'],
    ['the id of orders that are not shipped', { ...RULES, shipping: post({ id: 'none' }) }, "'shipping[0].id' is none"],
    [
      'postcodes of everywhere',
      { ...RULES, tax: [{ country: '*', postcodes: ['10115'], taxClass: '*', rate: 1 }] },
      "'tax[0].country' is *, which has no regions and no postcodes.",
    ],
    [
      'a postcode that has lost its leading zero',
      { ...RULES, tax: zoned(['1067..9999']) },
      `'tax[1].postcodes[0]' is "1067..9999", which is wrong: This is no postcode of DE`,
    ],
    [
      'a range that ends before it begins',
      { ...RULES, tax: zoned(['20000..10000']) },
      `'tax[1].postcodes[0]' is "20000..10000", which ends before it begins`,
    ],
    [
      'ranges of a rule that overlap',
      { ...RULES, tax: zoned(['10000..10200', '10115']) },
      `'tax[1].postcodes[1]' is "10115", which overlaps "10000..10200" of 'tax[1].postcodes[0]'.`,
    ],
    [
      'ranges of two tax rules that overlap',
      { ...RULES, tax: [...zoned(['10*']), ...zoned(['20*', '10999..11010']).slice(1)] },
      `'tax[2].postcodes[1]' is "10999..11010", which overlaps "10*" of 'tax[1].postcodes[0]'.`,
    ],
    [
      'a region in one tax rule by code and by name',
      { ...RULES, tax: regional(['CA', 'California']) },
      "'tax[0].regions[1]' has the region California of country US and taxClass *, as 'tax[0].regions[0]' does.",
    ],
    [
      'a region in two tax rules',
      { ...RULES, tax: [...regional(['CA', 'NV']), ...regional(['us-ca'])] },
      "'tax[1].regions[0]' has the region us-ca of country US and taxClass *, as 'tax[0].regions[0]' does.",
    ],
    [
      'two zones of a shipping method that overlap',
      {
        ...RULES,
        shipping: [...post({ zones: islands('25846..25849') }), ...post({ zones: islands('25849', '26465..26486') })],
      },
      `'shipping[1].zones[0].postcodes[0]' is "25849", which overlaps "25846..25849" of 'shipping[0].zones[0].postcodes[0]'.`,
    ],
    [
      'a country in two rules of a shipping method',
      { ...RULES, shipping: [...post({ countries: ['DE'] }), ...post({ countries: ['FR', 'DE'] })] },
      "'shipping[1].countries[1]' has DE for the id post, as 'shipping[0].countries[0]' does.",
    ],
    [
      'a zone that is a whole country',
      { ...RULES, shipping: post({ zones: [{ country: 'DE' }] }) },
      "'shipping[0].zones[0]' has no regions and no postcodes: write DE in 'countries'.",
    ],
    [
      'an exception in a country that is none',
      { ...RULES, shipping: post({ except: [{ country: 'UK' }] }) },
      "'shipping[0].except[0].country'",
    ],
    ['a tax by category', { ...RULES, tax: [{ country: 'DE', category: 'books', rate: 700 }] }, 'taxClass'],
  ])('with %s are refused in one line that says where', (_name, rules, where) => {
    const line = refusal(rules, 'USD');
    expect(line).toMatch(/^PRICING_FILE .*rules\.json /);
    expect(line).toContain(where);
    expect(line).not.toContain('\n');
  });
});

test('without a file every currency has the sample rules', () => {
  const book = loadRules({ currency: 'EUR', currencies: ['EUR', 'JPY'] });
  expect([rulesFor(book, 'EUR'), rulesFor(book, 'JPY')]).toEqual([standardRules, standardRules]);
});
