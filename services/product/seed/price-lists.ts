import type { Money } from '../../shared/money.ts';
import type { Price } from '../product/product.ts';

/** What costs 100 minor units of EUR in the sample, in minor units of others: made up, and no rates of exchange. */
const LEVELS: Readonly<Record<string, number>> = {
  ...{ EUR: 100, USD: 110, GBP: 90, CHF: 105, CAD: 150, AUD: 170, NZD: 185, SEK: 1150, NOK: 1190, DKK: 750 },
  ...{ PLN: 440, CZK: 2500, HUF: 40_000, JPY: 160, KRW: 1400, KWD: 340 },
};

/** The level of a currency that is not in the table: the same numbers as in EUR. */
const levelOf = (currency: string): number => LEVELS[currency] ?? 100;

/** A sample price by currency, in its own and in others, where it keeps its ending: 89.95 EUR is 98.95 USD. */
export function pricesIn({ amount, currency }: Money, others: readonly string[]): Record<string, Price> {
  const listed = others.map((other) => [other, { amount: relisted(amount, levelOf(other) / levelOf(currency)) }]);
  return { [currency]: { amount }, ...Object.fromEntries(listed) };
}

/** Small change has no ending. */
function relisted(amount: number, ratio: number): number {
  const exact = Math.max(1, Math.round(amount * ratio));
  return exact < 300 ? exact : Math.floor(exact / 100) * 100 + (amount % 100);
}
