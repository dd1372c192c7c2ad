import { describe, expect, test } from '@jest/globals';
import { moneyText, plainMoneyText } from '../../../services/shared/format.ts';

describe('money for people has the decimals of its currency, by ISO 4217', () => {
  test.each([
    ['EUR', '€1,234.50', '1234.50 EUR'],
    ['USD', '$1,234.50', '1234.50 USD'],
    ['JPY', '¥123,450', '123450 JPY'],
    ['KRW', '₩123,450', '123450 KRW'],
    ['KWD', 'KWD 123.450', '123.450 KWD'],
    // Printed without decimals as a rule, and counted in hundredths all the same.
    ['HUF', 'HUF 1,234.50', '1234.50 HUF'],
    ['IDR', 'IDR 1,234.50', '1234.50 IDR'],
  ])('%s', (currency, text, plain) => {
    const money = { amount: 123_450, currency };
    expect([moneyText(money).replaceAll('\u00a0', ' '), plainMoneyText(money)]).toEqual([text, plain]);
  });

  test('to the last digit, however much it is', () => {
    expect(plainMoneyText({ amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' })).toBe('90071992547409.91 EUR');
    expect(moneyText({ amount: 9_007_199_254_740_989, currency: 'EUR' })).toBe('€90,071,992,547,409.89');
  });

  test('and nothing is never negative', () => {
    for (const currency of ['EUR', 'JPY', 'KWD']) {
      const [text, plain] = [moneyText({ amount: -0, currency }), plainMoneyText({ amount: -0, currency })];
      expect([text, plain].join()).not.toContain('-');
    }
  });

  test('and its sign', () => {
    expect(moneyText({ amount: -5, currency: 'EUR' })).toBe('-€0.05');
    expect(moneyText({ amount: -5, currency: 'JPY' })).toBe('-¥5');
  });
});
