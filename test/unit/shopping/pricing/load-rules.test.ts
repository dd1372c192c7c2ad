import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { StartError } from '../../../../lib/config.ts';
import { loadRules } from '../../../../services/shopping/pricing/load-rules.ts';
import { rulesFor } from '../../../../services/shopping/pricing/rules.ts';
import { standardRules } from '../../../../services/shopping/pricing/standard-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'shop-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shipping = (price: number) => [{ id: 'post', title: 'Post', by: 'total', bands: [{ upTo: null, price }] }];
const tax = [{ country: 'DE', taxClass: 'books', rate: 700 }];
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
    expect(line).toMatch(
      /^PRICING_FILE .*rules\.json is not right: CURRENCIES has JPY.*'currencies\.JPY\.shipping'\.$/,
    );
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
