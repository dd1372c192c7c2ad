import { errors } from '../../lib/contract/errors.ts';
import { named } from '../../lib/contract/named.ts';

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

/** ISO 4217 has no list in Node: what CLDR (Intl) has less what was withdrawn, or is no money to pay with. */
const WITHDRAWN = new Set('ANG BGN BYR CUC HRK SLL STD VEF ZWL XDR XSU'.split(' '));
/** In ISO 4217 since 2025; a Node with older data does not know it. */
const ADDED = ['XCG'];
const CURRENCIES: ReadonlySet<string> = new Set(
  [...Intl.supportedValuesOf('currency'), ...ADDED].filter((code) => !WITHDRAWN.has(code)),
);

/** Whether a code is that of a currency in use, by ISO 4217. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/** The contract rule of a currency's ISO 4217 code. */
export const currencyRule = { type: 'string', pattern: /^[A-Z]{3}$/ } as const;

/** The contract rule of `Money`. */
export const moneyRule = named('Money', {
  type: 'object',
  props: { amount: { type: 'number', integer: true }, currency: { type: 'string', length: 3 } },
});

/** The contract rule of `Money` that is more than nothing. */
export const positiveMoneyRule = {
  type: 'object',
  props: { ...moneyRule.props, amount: { type: 'number', integer: true, positive: true } },
} as const;

/** `money` times a whole number. @throws total-too-high beyond safe integers; {RangeError} for a fraction */
export function times({ amount, currency }: Money, count: number): Money {
  return { amount: safe(amount * count), currency };
}

/** The sum, in `currency`; zero of nothing. @throws total-too-high; {RangeError} on mixed currencies or a fraction */
export function sum(parts: readonly Money[], currency: string): Money {
  for (const part of parts) {
    if (part.currency !== currency) throw new RangeError(`cannot add ${part.currency} to ${currency}`);
  }
  return { amount: addUp(parts.map(({ amount }) => amount)), currency };
}

/** The sum of amounts in minor units. @throws total-too-high beyond safe integers; {RangeError} for a fraction */
export const addUp = (amounts: readonly number[]): number => amounts.reduce((total, amount) => safe(total + amount), 0);

/** The same amount with the other sign; nothing stays nothing, never -0. */
export const negated = ({ amount, currency }: Money): Money => ({ amount: 0 - amount, currency });

function safe(amount: number): number {
  if (!Number.isInteger(amount)) throw new RangeError(`${amount} is not a whole number of minor units`);
  if (!Number.isSafeInteger(amount)) throw errors.totalTooHigh();
  return amount + 0; // never -0
}
