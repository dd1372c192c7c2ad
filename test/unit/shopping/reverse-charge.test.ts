import { describe, expect, test } from '@jest/globals';
import { type PricedLine, type PricingInput, priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import type { PricingRules } from '../../../services/shopping/checkout/pricing/rules.ts';
import { withoutTax } from '../../../services/shopping/checkout/pricing/without-tax.ts';
import { checkSellerVatId, isReverseCharged } from '../../../services/shopping/checkout/reverse-charge.ts';

const [GERMAN, FRENCH, GREEK, BRITISH] = ['DE136695976', 'FR40303265045', 'EL094259216', 'GB980780684'];

describe('a reverse charge', () => {
  test.each([
    ['goods and buyer in another member state', GERMAN, 'FR', FRENCH, true],
    ['a buyer from a third member state', GERMAN, 'FR', GREEK, true],
    ['a Greek shop, whose VAT id begins with EL', GREEK, 'DE', GERMAN, true],
    ['goods that a Greek shop sends within Greece', GREEK, 'GR', GERMAN, false],
    ['goods that stay in the country of the shop', GERMAN, 'DE', FRENCH, false],
    ['a buyer with a VAT id of the country of the shop', GERMAN, 'FR', GERMAN, false],
    ['goods that leave the EU', GERMAN, 'CH', FRENCH, false],
    ['a buyer from outside of the EU', GERMAN, 'FR', BRITISH, false],
    ['a shop outside of the EU', BRITISH, 'FR', FRENCH, false],
    ['a buyer without a VAT id', GERMAN, 'FR', undefined, false],
    ['a shop without a VAT id', undefined, 'FR', FRENCH, false],
  ])('with %s', (_name, sellerVatId, country, buyerVatId, expected) => {
    expect(isReverseCharged({ sellerVatId, country, buyerVatId })).toBe(expected);
  });

  test("rests on the shop's own VAT id, which is checked at the start", () => {
    expect(() => checkSellerVatId('DE136695977')).toThrow('SELLER_VAT_ID');
    expect(checkSellerVatId(GREEK)).toBe(GREEK);
    expect(checkSellerVatId(undefined)).toBeUndefined();
  });
});

describe('prices without tax', () => {
  const eur = (amount: number) => ({ amount, currency: 'EUR' });
  const line = (sku: string, taxClass: string, amount: number, quantity = 1): PricedLine => ({
    ...{ sku, productId: 'prd_1', title: sku, variant: '', category: 'books', taxClass, weight: 600, quantity },
    unitPrice: eur(amount),
  });
  const rules: PricingRules = {
    taxIncluded: true,
    tax: [
      { country: 'FR', taxClass: '*', rate: 2000 },
      { country: 'FR', taxClass: 'reduced', rate: 500 },
    ],
    shipping: [
      {
        ...{ id: 'post', title: 'Post', by: 'total', freeFrom: 12_000 },
        bands: [
          { upTo: 6000, price: 600 },
          { upTo: null, price: 300 },
        ],
      },
    ],
  };
  const input: PricingInput = {
    ...{ country: 'FR', coupons: [], rules, currency: 'EUR' },
    lines: [line('MUG', 'standard', 1200, 2), line('BOOK', 'reduced', 1050)],
  };

  test.each([
    ['standard', 250],
    ['highest', 250],
    ['proportional', 125 + 143],
  ] as const)('a fee that is taxed as %s is lowered by that tax', (shippingTax, fee) => {
    const flat = [{ id: 'post', title: 'Post', by: 'total' as const, bands: [{ upTo: null, price: 300 }] }];
    const lines = [line('MUG', 'standard', 1000), line('BOOK', 'reduced', 1000)];
    const priced = priceLines(withoutTax({ ...input, lines, rules: { ...rules, shippingTax, shipping: flat } }));
    // Half of 300 with 20 % is 125, the other half with 5 % is 142.86.
    expect(priced.shipping.price.amount).toBe(fee);
  });

  test('are lowered by the tax of their class, and so is the fee for shipping', () => {
    const { lines, shipping, taxes, totals } = priceLines(withoutTax(input));
    expect(lines.map(({ unitPrice, tax }) => [unitPrice.amount, tax])).toEqual([
      [1000, { rate: 0, amount: eur(0) }],
      [1000, { rate: 0, amount: eur(0) }],
    ]);
    expect(shipping.price).toEqual(eur(500));
    expect(taxes).toEqual([]);
    expect(totals).toMatchObject({ subtotal: eur(3000), tax: eur(0), total: eur(3500) });
  });

  test.each([
    [2, 500],
    [3, 500],
    // Gross 7200, net 6000: above the first band by gross and by net alike.
    [6, 250],
    [9, 250],
    [10, 0],
  ])('of %i pieces are shipped for the fee of the same parcel with tax, %i net', (pieces, fee) => {
    const parcel = { ...input, lines: [line('MUG', 'standard', 1200, pieces)] };
    expect(priceLines(withoutTax(parcel)).shipping.price).toEqual(eur(fee));
    expect(priceLines(parcel).shipping.price).toEqual(eur((fee * 120) / 100));
  });

  test('stay as they are where they contain none', () => {
    const net = { ...input, rules: { ...rules, taxIncluded: false } };
    const [taxed, untaxed] = [priceLines(net), priceLines(withoutTax(net))];
    expect(untaxed.lines.map(({ unitPrice }) => unitPrice)).toEqual(taxed.lines.map(({ unitPrice }) => unitPrice));
    expect(untaxed.totals.total.amount).toBe(taxed.totals.total.amount - taxed.totals.tax.amount);
    expect(untaxed.totals.tax).toEqual(eur(0));
  });

  test('do not change the fees by weight', () => {
    const byWeight: PricingRules = {
      ...rules,
      shipping: [{ id: 'post', title: 'Post', by: 'weight', bands: [{ upTo: 1200, price: 600 }] }],
    };
    const parcel = { ...input, rules: byWeight, lines: [line('MUG', 'standard', 1200, 2)] };
    expect(priceLines(withoutTax(parcel)).shipping.price).toEqual(eur(500));
  });
});
