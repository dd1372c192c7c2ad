import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decimalsOf, isCurrency } from '../../../lib/contract/currency.ts';
import { Validator } from '../../../lib/contract/validator.ts';
import { moneyRule, multiplyMoney, sumMoney } from '../../../services/shared/money.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const cents = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

describe('money', () => {
  test('times a count is exact, in the same currency', () => {
    expect(multiplyMoney({ amount: 1999, currency: 'GBP' }, 3)).toEqual({ amount: 5997, currency: 'GBP' });
    expect(multiplyMoney(eur(1999), 0)).toEqual(eur(0));
    expect(multiplyMoney(eur(-1), 0)).toEqual(eur(0)); // not -0
  });

  test.each([
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'],
    [2, 'EUR USD GBP CHF HUF TWD COP IDR PKR MGA ZZZ'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
  ])('has %d decimals in %s', (decimals, currencies) => {
    for (const currency of currencies.split(' '))
      expect([currency, decimalsOf(currency)]).toEqual([currency, decimals]);
  });

  test('sums up what has one currency', () => {
    expect(sumMoney([eur(10), eur(20), eur(-5)], 'EUR')).toEqual(eur(25));
    expect(sumMoney([], 'JPY')).toEqual({ amount: 0, currency: 'JPY' });
  });

  test('is never added across currencies', () => {
    expect(() => sumMoney([eur(1), { amount: 1, currency: 'USD' }], 'EUR')).toThrow(RangeError);
    expect(() => sumMoney([eur(1)], 'USD')).toThrow('cannot add EUR to USD');
  });

  test.each([
    ['a fraction of a count', () => multiplyMoney(eur(199), 0.5)],
    ['a fraction of a cent', () => sumMoney([eur(0.1), eur(0.2)], 'EUR')],
    ['no number', () => multiplyMoney(eur(1), Number.NaN)],
  ])('is never %s', (_name, make) => {
    expect(make).toThrow(RangeError);
  });

  test.each([
    ['a product', () => multiplyMoney(eur(Number.MAX_SAFE_INTEGER), 2)],
    ['a sum', () => sumMoney([eur(Number.MAX_SAFE_INTEGER), eur(1)], 'EUR')],
    ['a step on the way to a sum', () => sumMoney([eur(Number.MAX_SAFE_INTEGER), eur(1), eur(-1)], 'EUR')],
  ])('beyond what a number holds is refused as too high: %s', (_name, make) => {
    expect(make).toThrow(expect.objectContaining({ type: 'total-too-high' }));
  });

  test('is in a currency in use by ISO 4217', () => {
    for (const code of ['EUR', 'USD', 'JPY', 'KWD', 'XCG', 'XAF', 'VES', 'SLE']) expect(isCurrency(code)).toBe(true);
    for (const code of ['UKP', 'HRK', 'DEM', 'XAU', 'XXX', 'XTS', 'ZZZ', 'eur', 'XDR', 'BGN']) {
      expect([code, isCurrency(code)]).toEqual([code, false]);
    }
  });

  test('times a count is that many added up', () => {
    const check = fc.property(cents, fc.integer({ min: 0, max: 99 }), (amount, count) => {
      expect(multiplyMoney(eur(amount), count).amount).toBe(sumMoney(Array(count).fill(eur(amount)), 'EUR').amount);
    });
    fc.assert(check, { seed });
  });

  test('by its rule is whole minor units and a code of three letters', () => {
    const check = new Validator().compile({ $$strict: true, price: moneyRule });
    expect(check({ price: eur(1999) })).toBe(true);
    for (const price of [
      { amount: 19.99, currency: 'EUR' },
      { amount: '1999', currency: 'EUR' },
      { amount: 1 },
      1999,
    ]) {
      expect(check({ price })).not.toBe(true);
    }
  });
});
