/** An amount in a currency's minor units (cents), always an integer, and its ISO 4217 code. */
export interface Money {
  amount: number;
  currency: string;
}

const NO_DECIMALS = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));
const FOUR_DECIMALS = new Set('CLF UYW'.split(' '));

/**
 * How many decimals a currency's minor unit stands for, by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. What `Intl` says
 * instead is how many are usual in print (CLDR): none for HUF or IDR, whose minor unit is a hundredth all the same.
 */
export function decimalsOf(currency: string): number {
  if (NO_DECIMALS.has(currency)) return 0;
  if (THREE_DECIMALS.has(currency)) return 3;
  return FOUR_DECIMALS.has(currency) ? 4 : 2;
}

/** The contract rule of a currency's ISO 4217 code. */
export const currencyRule = { type: 'string', pattern: /^[A-Z]{3}$/ } as const;

/** The contract rule of `Money`. */
export const moneyRule = {
  type: 'object',
  props: { amount: { type: 'number', integer: true }, currency: { type: 'string', length: 3 } },
} as const;

/** The contract rule of `Money` that is more than nothing. */
export const positiveMoneyRule = {
  type: 'object',
  props: { ...moneyRule.props, amount: { type: 'number', integer: true, positive: true } },
} as const;

/** `money` times a whole number. @throws {RangeError} when the result is no safe integer. */
export function times({ amount, currency }: Money, count: number): Money {
  return { amount: safe(amount * count), currency };
}

/** The sum, in `currency`; zero of nothing. @throws {RangeError} on mixed currencies or an unsafe integer. */
export function sum(parts: readonly Money[], currency: string): Money {
  let amount = 0;
  for (const part of parts) {
    if (part.currency !== currency) throw new RangeError(`cannot add ${part.currency} to ${currency}`);
    amount = safe(amount + part.amount);
  }
  return { amount, currency };
}

function safe(amount: number): number {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a whole number of minor units`);
  return amount + 0; // never -0
}
