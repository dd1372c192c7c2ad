import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
