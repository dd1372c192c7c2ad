import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Money } from '../../../../services/shared/money.ts';
import { discountsOn } from '../../../../services/shopping/checkout/pricing/discounts.ts';
import type { PricedLine } from '../../../../services/shopping/checkout/pricing/price.ts';
import { parcelOf, priceLines } from '../../../../services/shopping/checkout/pricing/price.ts';
import { allocate, proportion } from '../../../../services/shopping/checkout/pricing/round.ts';
import type { CouponTerms, PricingRules } from '../../../../services/shopping/checkout/pricing/rules.ts';
import { shippingOptions } from '../../../../services/shopping/checkout/pricing/shipping.ts';
import { standardRules } from '../../../../services/shopping/checkout/pricing/standard-rules.ts';
import { taxOf } from '../../../../services/shopping/checkout/pricing/tax.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = (amount: number, quantity = 1, part: Partial<PricedLine> = {}): PricedLine => ({
  ...{ sku: 'MUG', productId: 'prd', title: 'Mug', variant: 'One', category: 'tableware', taxClass: 'standard' },
  ...{ weight: 300, quantity, unitPrice: eur(amount) },
  ...part,
});
const rules = (part: Partial<PricingRules> = {}): PricingRules => ({ ...standardRules, ...part });
const priced = (lines: PricedLine[], part: { coupons?: CouponTerms[]; country?: string; rules?: PricingRules } = {}) =>
  priceLines({ lines, country: 'DE', coupons: [], rules: standardRules, currency: 'EUR', ...part });
const problem = (type: string, data?: object) => expect.objectContaining({ type, ...(data ? { data } : {}) });

describe('prices', () => {
  test('contain the tax where the rules say so: 19 % of 119.00 is 19.00', () => {
    const { totals, lines, taxes } = priced([line(11_900)]);
    expect(lines[0]?.tax).toEqual({ rate: 1900, amount: { amount: 1900, currency: 'EUR' } });
    expect(totals).toMatchObject({ tax: { amount: 1900 }, total: { amount: 11_900 }, taxIncluded: true });
    expect(taxes).toMatchObject([{ rate: 1900, base: { amount: 11_900 } }]);
  });

  test('have the tax on top where they say so: 19 % on 100.00 is 119.00', () => {
    const { totals } = priced([line(10_000)], { rules: rules({ taxIncluded: false }) });
    expect(totals).toMatchObject({ subtotal: { amount: 10_000 }, tax: { amount: 1900 }, total: { amount: 11_900 } });
  });

  test('are taxed by the most specific rule: country and tax class, country, tax class, everything', () => {
    const tax = [
      { country: '*', taxClass: '*', rate: 100 },
      { country: '*', taxClass: 'books', rate: 200 },
      { country: 'DE', taxClass: '*', rate: 1900 },
      { country: 'DE', taxClass: 'books', rate: 700 },
    ];
    const rateOf = (country: string, taxClass: string) =>
      priced([line(1000, 1, { taxClass })], { country, rules: rules({ tax }) }).lines[0]?.tax.rate;
    expect([rateOf('DE', 'books'), rateOf('DE', 'mugs'), rateOf('JP', 'books'), rateOf('JP', 'mugs')]).toEqual([
      700, 1900, 200, 100,
    ]);
  });

  test('of shipping are taxed as what has no class of its own, also where no rule is for all', () => {
    const tax = [
      { country: 'DE', taxClass: 'standard', rate: 1900 },
      { country: 'DE', taxClass: 'books', rate: 700 },
    ];
    const { lines, shipping } = priced([line(1000, 1, { taxClass: 'books' })], { rules: rules({ tax }) });
    expect([lines[0]?.tax.rate, shipping.tax.rate]).toEqual([700, 1900]);
  });

  test('of several currencies are never added', () => {
    const lines = [line(1000), line(1000, 1, { sku: 'BOWL', unitPrice: { amount: 1000, currency: 'USD' } })];
    expect(() => priced(lines)).toThrow('cannot add USD to EUR');
  });
});

describe('shipping', () => {
  test('is free from its amount on, after discounts, to the cent', () => {
    const fee = (amount: number, coupons: CouponTerms[] = []) =>
      priced([line(amount)], { coupons }).totals.shipping.amount;
    expect([fee(4999), fee(5000)]).toEqual([490, 0]);
    expect(fee(5000, [{ code: 'ONE', kind: 'fixed', amount: eur(1) }])).toBe(490);
  });

  test('by weight has the first band that is wide enough, and none beyond the last', () => {
    const express = standardRules.shipping.find(({ id }) => id === 'express');
    const options = (grams: number) =>
      shippingOptions(standardRules, parcelOf([line(100, 1, { weight: grams })], { country: 'DE' }, [100]), 'EUR').find(
        ({ method }) => method === 'express',
      )?.price.amount;
    expect([options(5000), options(5001), options(30_001)]).toEqual([
      express?.bands[0]?.price,
      express?.bands[1]?.price,
      undefined,
    ]);
  });

  test('by a way that does not go there is refused, naming those that do', () => {
    const far = { country: 'JP', coupons: [], rules: standardRules, currency: 'EUR', lines: [line(100)] };
    expect(() => priceLines({ ...far, shippingMethod: 'express' })).toThrow(
      problem('no-shipping', { methods: ['international'] }),
    );
    expect(priceLines(far).shipping.method).toBe('international');
  });
});

describe('coupons', () => {
  test('take percentages of the whole first, then fixed amounts, and never more than there is', () => {
    const coupons: CouponTerms[] = [
      { code: 'FIVE', kind: 'fixed', amount: eur(500) },
      { code: 'HALF', kind: 'percentage', percent: 5000 },
      { code: 'MUCH', kind: 'fixed', amount: eur(9999) },
    ];
    const { discounts, totals } = priced([line(2000)], { coupons });
    expect(discounts.map(({ code, amount }) => [code, amount.amount])).toEqual([
      ['HALF', 1000],
      ['FIVE', 500],
      ['MUCH', 500],
    ]);
    expect(totals).toMatchObject({ discount: { amount: 2000 }, total: { amount: 490 } });
  });

  test('are refused twice, below their minimum, and two for free shipping', () => {
    const free = (code: string): CouponTerms => ({ code, kind: 'free-shipping' });
    expect(() => priced([line(100)], { coupons: [free('A'), free('A')] })).toThrow(problem('coupon-refused'));
    expect(() => priced([line(100)], { coupons: [free('A'), free('B')] })).toThrow(problem('coupon-refused'));
    const dear: CouponTerms = { code: 'C', kind: 'fixed', amount: eur(1), minimum: eur(101) };
    expect(() => priced([line(100)], { coupons: [dear] })).toThrow(
      problem('coupon-refused', { code: 'C', reason: 'minimum' }),
    );
    expect(priced([line(101)], { coupons: [dear] }).totals.discount.amount).toBe(1);
  });

  test('with an amount or a minimum are refused in another currency; a percentage goes with all', () => {
    const yen = { amount: 1, currency: 'JPY' };
    const others: CouponTerms[] = [
      { code: 'C', kind: 'fixed', amount: yen },
      { code: 'C', kind: 'percentage', percent: 1000, minimum: yen },
      { code: 'C', kind: 'free-shipping', minimum: yen },
    ];
    for (const other of others) {
      expect(() => priced([line(100)], { coupons: [other] })).toThrow(
        problem('coupon-refused', { code: 'C', reason: 'currency' }),
      );
    }
    const half: CouponTerms = { code: 'HALF', kind: 'percentage', percent: 5000 };
    expect(priced([line(100)], { coupons: [half] }).totals.discount).toEqual(eur(50));
  });
});

test('rounding is commercial, and exact however large the numbers are', () => {
  const half = (numerator: number, denominator: number) => proportion(1, numerator, denominator);
  expect([half(1, 2), half(3, 2), half(5, 10), half(49, 100), half(0, 7)]).toEqual([1, 2, 1, 0, 0]);
  expect(half(Number.MAX_SAFE_INTEGER, 3)).toBe(3_002_399_751_580_330);
});

test(`taxes and percentages are exact at every amount that a line can have (seed ${seed})`, () => {
  const amount = fc.oneof(fc.integer({ min: 0, max: 99e12 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
  const check = fc.property(amount, fc.integer({ min: 1, max: 10_000 }), (of, rate) => {
    const exact = (divisor: bigint) => Number((2n * BigInt(of) * BigInt(rate) + divisor) / (2n * divisor));
    assert.equal(taxOf(of, rate, true), exact(10_000n + BigInt(rate)));
    assert.equal(taxOf(of, rate, false), exact(10_000n));
    const [discount] = discountsOn(eur(of), [{ code: 'SAVE', kind: 'percentage', percent: rate }]);
    assert.equal(discount?.amount, exact(10_000n));
  });
  fc.assert(check, { seed, numRuns: 2000, examples: [[86_753_090_123_457, 1900]] });
});

test('a total beyond safe integers is refused, and one just below it is exact', () => {
  const lines = (count: number, amount: number) =>
    Array.from({ length: count }, (_, index) => line(amount, 99, { sku: `MUG-${index}` }));
  const taxFree = { country: 'US' };
  expect(() => priced(lines(100, 1e12), taxFree)).toThrow(problem('total-too-high'));
  const { totals } = priced(
    lines(90, 1e12).map((one) => ({ ...one, weight: 1 })),
    taxFree,
  );
  expect(totals.total.amount).toBe(90 * 99 * 1e12 + totals.shipping.amount);
  // Tax on top can take it there, too.
  const onTop = rules({ taxIncluded: false });
  expect(() => priced(lines(90, 1e12), { rules: onTop })).toThrow(problem('total-too-high'));
});

test('an allocation adds up, gives no part more than its weight, and differs from the exact share by less than one', () => {
  const weights = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 50 });
  const property = fc.property(weights, fc.nat(1_000_000), (list, wanted) => {
    const sum = list.reduce((a, b) => a + b, 0);
    const amount = Math.min(wanted, sum);
    const parts = allocate(amount, list);
    assert.equal(
      parts.reduce((a, b) => a + b, 0),
      amount,
    );
    for (const [i, part] of parts.entries()) {
      const weight = list[i] ?? 0;
      assert.ok(part <= weight);
      assert.ok(part >= 0);
      assert.ok(Math.abs(part - (sum === 0 ? 0 : (amount * weight) / sum)) < 1);
    }
  });
  fc.assert(property, { seed });
});

describe('any cart, with any coupons, to any country', () => {
  const lines = fc.array(
    fc.record({
      amount: fc.nat(2_000_000),
      quantity: fc.integer({ min: 1, max: 99 }),
      taxClass: fc.constantFrom('standard', 'books'),
      weight: fc.nat(100),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const coupons = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('percentage' as const), percent: fc.integer({ min: 1, max: 10_000 }) }),
      fc.record({ kind: fc.constant('fixed' as const), amount: fc.integer({ min: 1, max: 500_000 }).map(eur) }),
    ),
    { maxLength: 4 },
  );
  const basis = fc.record({
    lines,
    coupons,
    free: fc.boolean(),
    taxIncluded: fc.boolean(),
    country: fc.constantFrom('DE', 'FR', 'HU', 'US'),
    rate: fc.nat(3000),
  });
  const given = ({ lines, coupons, free, taxIncluded, country, rate }: Parameters<typeof basisOf>[0]) =>
    basisOf({ lines, coupons, free, taxIncluded, country, rate });
  function basisOf(drawn: {
    lines: { amount: number; quantity: number; taxClass: string; weight: number }[];
    coupons: ({ kind: 'percentage'; percent: number } | { kind: 'fixed'; amount: Money })[];
    free: boolean;
    taxIncluded: boolean;
    country: string;
    rate: number;
  }) {
    const terms: CouponTerms[] = drawn.coupons.map((coupon, n) => ({ ...coupon, code: `C${n}` }));
    if (drawn.free) terms.push({ code: 'FREE', kind: 'free-shipping' });
    const tax = [...standardRules.tax, { country: drawn.country, taxClass: 'books', rate: drawn.rate }];
    const everywhere = { id: 'any', title: 'Any', by: 'total' as const, bands: [{ upTo: null, price: 777 }] };
    return {
      lines: drawn.lines.map(({ amount, quantity, taxClass, weight }, n) =>
        line(amount, quantity, { sku: `S${n}`, taxClass, weight }),
      ),
      ...{ country: drawn.country, coupons: terms, shippingMethod: 'any', currency: 'EUR' },
      rules: { taxIncluded: drawn.taxIncluded, tax, shipping: [everywhere] },
    };
  }

  test('the lines and the shipping add up to the total, exactly, and nothing is negative', () => {
    const property = fc.property(basis, (drawn) => {
      const { lines, shipping, totals, taxes, discounts } = priceLines(given(drawn));
      const sum = (amounts: number[]) => amounts.reduce((a, b) => a + b, 0);
      assert.equal(sum(lines.map(({ total }) => total.amount)) + shipping.total.amount, totals.total.amount);
      assert.equal(sum(lines.map(({ discount }) => discount.amount)), totals.discount.amount);
      assert.ok(totals.discount.amount <= totals.subtotal.amount);
      const net = totals.subtotal.amount - totals.discount.amount + totals.shipping.amount;
      assert.equal(totals.total.amount, net + (totals.taxIncluded ? 0 : totals.tax.amount));
      assert.equal(sum(taxes.map(({ amount }) => amount.amount)), totals.tax.amount);
      const all = [...lines, shipping].flatMap(({ discount, tax, total }) => [discount, tax.amount, total]);
      for (const { amount } of [...all, ...discounts.map(({ amount }) => amount), totals.total]) {
        assert.equal(Number.isSafeInteger(amount), true);
        assert.ok(amount >= 0);
      }
    });
    fc.assert(property, { seed, numRuns: 500 });
  });

  test('the order of the lines does not change the total discount, nor the goods', () => {
    const property = fc.property(basis, (drawn) => {
      const one = priceLines(given(drawn)).totals;
      const other = priceLines({ ...given(drawn), lines: given(drawn).lines.toReversed() }).totals;
      expect([other.subtotal, other.discount, other.shipping, other.quantity]).toEqual([
        one.subtotal,
        one.discount,
        one.shipping,
        one.quantity,
      ]);
    });
    fc.assert(property, { seed });
  });
});
