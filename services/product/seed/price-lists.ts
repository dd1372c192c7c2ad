import type { Money } from '../../shared/money.ts';
import type { Price } from '../product/product.ts';

/** Prices of the same sample product in minor units, relative to 100 in EUR; invented, not exchange rates. */
const PRICE_LEVELS: Readonly<Record<string, number>> = {
  ...{ EUR: 100, USD: 110, GBP: 90, CHF: 105, CAD: 150, AUD: 170, NZD: 185, SEK: 1150, NOK: 1190, DKK: 750 },
  ...{ PLN: 440, CZK: 2500, HUF: 40_000, JPY: 160, KRW: 1400, KWD: 340 },
};

/** Currencies missing from the table have the same numbers as EUR. */
const levelOf = (currency: string): number => PRICE_LEVELS[currency] ?? 100;

/** A sample price in its own and the other currencies. Converted prices keep their ending: 89.95 EUR is 98.95 USD. */
export function pricesIn({ amount, currency }: Money, others: readonly string[]): Record<string, Price> {
  const converted = others.map((other) => [
    other,
    { amount: convertPrice(amount, levelOf(other) / levelOf(currency)) },
  ]);
  return { [currency]: { amount }, ...Object.fromEntries(converted) };
}

/** Prices below 300 minor units have no ending. */
function convertPrice(amount: number, ratio: number): number {
  const exact = Math.max(1, Math.round(amount * ratio));
  return exact < 300 ? exact : Math.floor(exact / 100) * 100 + (amount % 100);
}
