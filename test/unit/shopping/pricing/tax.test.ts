import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type PricedLine, priceLines } from '../../../../services/shopping/checkout/pricing/price.ts';
import {
  type PricingRules,
  SHIPPING_TAXES,
  TAX_ROUNDINGS,
} from '../../../../services/shopping/checkout/pricing/rules.ts';
import { shippingParts, taxOf, taxParts } from '../../../../services/shopping/checkout/pricing/tax.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const CLASSES = { standard: 1900, books: 700, food: 550, none: 0 } as const;
const tax = Object.entries(CLASSES).map(([taxClass, rate]) => ({ country: 'DE', taxClass, rate }));
const shipping = (price: number): PricingRules['shipping'] => [
  { id: 'post', title: 'Post', by: 'total', bands: [{ upTo: null, price }] },
];
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = (amount: number, taxClass: string, part: Partial<PricedLine> = {}): PricedLine => ({
  ...{ sku: `${taxClass}-${amount}`, productId: 'prd', title: 'Thing', variant: 'One', category: 'things', taxClass },
  ...{ weight: 100, quantity: 1, unitPrice: eur(amount) },
  ...part,
});
const priced = (lines: PricedLine[], part: Partial<PricingRules> = {}, fee = 1000) =>
  priceLines({
    ...{ lines, country: 'DE', coupons: [], currency: 'EUR' },
    rules: { taxIncluded: true, tax, shipping: shipping(fee), ...part },
  });
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

describe('shipping is taxed', () => {
  const goods = [line(3000, 'books'), line(1000, 'standard'), line(0, 'food')];

  test('as the class standard, where no rule says otherwise', () => {
    const { shipping: posted } = priced([line(3000, 'books')]);
    expect(posted).toMatchObject({ tax: { rate: 1900, amount: eur(160) }, total: eur(1000) });
  });

  test('at the dearest rate of the goods', () => {
    expect(priced([line(3000, 'books')], { shippingTax: 'highest' }).shipping.tax).toEqual({
      rate: 700,
      amount: eur(65),
    });
    expect(priced(goods, { shippingTax: 'highest' }).shipping.tax).toEqual({ rate: 1900, amount: eur(160) });
  });

  test('in proportion to the goods of each rate, to the cent', () => {
    const { shipping: posted, taxes } = priced(goods, { shippingTax: 'proportional' });
    expect(posted).toMatchObject({
      tax: { rate: 1900, amount: eur(40 + 49) },
      taxes: [
        { rate: 1900, base: eur(250), amount: eur(40) },
        { rate: 700, base: eur(750), amount: eur(49) },
      ],
      total: eur(1000),
    });
    expect(taxes.map(({ rate, base }) => [rate, base.amount])).toEqual([
      [1900, 1250],
      [700, 3750],
      [550, 0],
    ]);
  });

  test('in proportion, without parts when all goods have one rate', () => {
    const { shipping: posted } = priced([line(3000, 'books')], { shippingTax: 'proportional' });
    expect(posted.tax).toEqual({ rate: 700, amount: eur(65) });
    expect(posted).not.toHaveProperty('taxes');
  });

  test('at the dearest rate when all goods cost nothing, so that no part of the fee is lost', () => {
    const { shipping: posted } = priced([line(0, 'books'), line(0, 'food')], { shippingTax: 'proportional' });
    expect(posted).toMatchObject({ tax: { rate: 700 }, price: eur(1000), total: eur(1000) });
  });

  test('by the goods that are shipped alone', () => {
    const mixed = [line(3000, 'books'), line(9000, 'standard', { requiresShipping: false })];
    expect(priced(mixed, { shippingTax: 'highest' }).shipping.tax.rate).toBe(700);
    expect(priced(mixed, { shippingTax: 'proportional' }).shipping.tax.rate).toBe(700);
  });

  test('not at all when nothing is shipped', () => {
    const digital = [line(3000, 'standard', { requiresShipping: false })];
    for (const shippingTax of SHIPPING_TAXES) {
      const { shipping: none, totals } = priced(digital, { shippingTax });
      expect(none).toMatchObject({ method: 'none', price: eur(0), tax: { amount: eur(0) }, total: eur(0) });
      expect(totals).toMatchObject({ shipping: eur(0), total: eur(3000) });
    }
  });
});

describe('tax is rounded', () => {
  const three = [line(105, 'books'), line(106, 'books'), line(107, 'books')];

  test('by line: each line has its own rounded tax', () => {
    const { lines, taxes } = priced(three, {}, 0);
    expect(lines.map(({ tax: { amount } }) => amount.amount)).toEqual([7, 7, 7]);
    expect(taxes).toContainEqual({ rate: 700, base: eur(318), amount: eur(21) });
  });

  test('by invoice and rate: the sum of a rate is rounded once, and the lines share it', () => {
    // 33 lines of 8 cents with 0.52 cents of tax each: by line 33 cents, in all 17.27.
    const small = Array.from({ length: 33 }, (_, n) => line(8, 'books', { sku: `S${n}` }));
    const by = (taxRounding: (typeof TAX_ROUNDINGS)[number]) => priced(small, { taxRounding }, 0);
    expect(by('line').totals.tax).toEqual(eur(33));
    expect(by('rate').totals.tax).toEqual(eur(17));
    expect(sum(by('rate').lines.map((one) => one.tax.amount.amount))).toBe(17);
  });

  test('by rate, with the shipping among the parts of its rate', () => {
    const { totals, taxes } = priced([line(50, 'standard')], { taxRounding: 'rate', taxIncluded: false }, 53);
    expect(taxes).toEqual([{ rate: 1900, base: eur(103), amount: eur(20) }]);
    expect(totals.total).toEqual(eur(123));
  });
});

test(`the parts of shipping add up to the fee, each within a cent of its exact share (seed ${seed})`, () => {
  const goods = fc.array(fc.record({ base: fc.nat(5_000_000), rate: fc.constantFrom(0, 550, 700, 1900) }), {
    minLength: 1,
    maxLength: 20,
  });
  const property = fc.property(
    goods,
    fc.nat(100_000),
    fc.constantFrom(...SHIPPING_TAXES),
    (parts, fee, shippingTax) => {
      const shares = shippingParts(fee, parts, 1900, { shippingTax });
      assert.equal(sum(shares.map(({ base }) => base)), fee);
      const total = sum(parts.map(({ base }) => base));
      if (shippingTax !== 'proportional' || total === 0 || fee === 0) return;
      assert.equal(new Set(shares.map(({ rate }) => rate)).size, shares.length);
      for (const { rate, base } of shares) {
        const weight = sum(parts.filter((part) => part.rate === rate).map((part) => part.base));
        assert.ok(Math.abs(base - (fee * weight) / total) < 1);
      }
    },
  );
  fc.assert(property, { seed, numRuns: 1000 });
});

test(`taxes by rate are the tax on the sum of the rate; no part has more tax than it costs (seed ${seed})`, () => {
  const parts = fc.array(fc.record({ base: fc.nat(5_000_000), rate: fc.constantFrom(0, 1, 700, 1900, 10_000) }), {
    minLength: 1,
    maxLength: 40,
  });
  const property = fc.property(parts, fc.boolean(), (list, taxIncluded) => {
    const taxes = taxParts(list, { taxIncluded, taxRounding: 'rate' });
    for (const rate of new Set(list.map((part) => part.rate))) {
      const of = list.flatMap((part, index) => (part.rate === rate ? [{ ...part, tax: taxes[index] ?? 0 }] : []));
      assert.equal(sum(of.map((part) => part.tax)), taxOf(sum(of.map((part) => part.base)), rate, taxIncluded));
      for (const part of of) assert.ok(part.tax >= 0 && part.tax <= part.base);
    }
  });
  fc.assert(property, { seed, numRuns: 1000 });
});

test(`of any cart, by any rules, all sums agree to the minor unit (seed ${seed})`, () => {
  const drawnLine = fc.record({
    amount: fc.nat(2_000_000),
    quantity: fc.integer({ min: 1, max: 99 }),
    taxClass: fc.constantFrom(...Object.keys(CLASSES)),
    requiresShipping: fc.boolean(),
  });
  const drawn = fc.record({
    lines: fc.array(drawnLine, { minLength: 1, maxLength: 20 }),
    fee: fc.nat(100_000),
    taxIncluded: fc.boolean(),
    shippingTax: fc.constantFrom(...SHIPPING_TAXES),
    taxRounding: fc.constantFrom(...TAX_ROUNDINGS),
    percent: fc.nat(10_000),
    free: fc.boolean(),
  });
  const property = fc.property(drawn, ({ lines, fee, percent, free, ...by }) => {
    const {
      lines: charged,
      shipping: posted,
      totals,
      taxes,
    } = priceLines({
      lines: lines.map(({ amount, taxClass, ...part }, n) => line(amount, taxClass, { ...part, sku: `S${n}` })),
      ...{ country: 'DE', currency: 'EUR' },
      coupons: [
        ...(percent > 0 ? [{ code: 'SAVE', kind: 'percentage', percent } as const] : []),
        ...(free ? [{ code: 'FREE', kind: 'free-shipping' } as const] : []),
      ],
      rules: { tax, shipping: shipping(fee), ...by },
    });
    const parts = [...charged, posted];
    assert.equal(sum(parts.map(({ total }) => total.amount)), totals.total.amount);
    assert.equal(sum(parts.map((part) => part.tax.amount.amount)), totals.tax.amount);
    assert.equal(sum(taxes.map(({ amount }) => amount.amount)), totals.tax.amount);
    const net = totals.subtotal.amount - totals.discount.amount + totals.shipping.amount;
    assert.equal(totals.total.amount, net + (by.taxIncluded ? 0 : totals.tax.amount));
    for (const { rate, base, amount } of taxes) {
      const ofLines = charged.filter((part) => part.tax.rate === rate);
      const ofShipping = (posted.taxes ?? [{ ...posted.tax, base: totals.shipping }]).filter(
        (part) => part.rate === rate,
      );
      assert.equal(
        sum([...ofLines.map((part) => part.tax.amount.amount), ...ofShipping.map((part) => part.amount.amount)]),
        amount.amount,
      );
      const bases = ofLines.map((part) => part.lineTotal.amount - part.discount.amount);
      assert.equal(sum([...bases, ...ofShipping.map((part) => part.base.amount)]), base.amount);
      if (by.taxRounding === 'rate') assert.equal(amount.amount, taxOf(base.amount, rate, by.taxIncluded));
    }
    if (posted.taxes) {
      assert.equal(sum(posted.taxes.map((part) => part.base.amount)), totals.shipping.amount);
      assert.equal(sum(posted.taxes.map((part) => part.amount.amount)), posted.tax.amount.amount);
    }
    for (const { total, tax: taxed } of parts) assert.ok(total.amount >= 0 && taxed.amount.amount >= 0);
  });
  fc.assert(property, { seed, numRuns: 1000 });
});
