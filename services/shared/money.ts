import { named } from '../../lib/contract/named.ts';
import { coded } from './problem-codes.ts';

/** An amount as a whole number of the currency's minor units (cents), and the currency's ISO 4217 code. */
export interface Money {
  amount: number;
  currency: string;
}

/** The contract rule of `Money`. */
export const moneyRule = named('Money', {
  type: 'object',
  props: { amount: { type: 'number', integer: true }, currency: { type: 'string', length: 3 } },
});

/** The contract rule of a positive `Money`. */
export const positiveMoneyRule = {
  type: 'object',
  props: { ...moneyRule.props, amount: { type: 'number', integer: true, positive: true } },
} as const;

/** Multiplies money by a whole number. @throws total-too-high beyond safe integers; {RangeError} for a fraction */
export function multiplyMoney({ amount, currency }: Money, count: number): Money {
  return { amount: checkAmount(amount * count), currency };
}

/** The sum of amounts of one currency. @throws total-too-high; {RangeError} on another currency or a fraction */
export function sumMoney(parts: readonly Money[], currency: string): Money {
  for (const part of parts) {
    if (part.currency !== currency) throw new RangeError(`cannot add ${part.currency} to ${currency}`);
  }
  return { amount: sumAmounts(parts.map(({ amount }) => amount)), currency };
}

/** The sum of amounts in minor units. @throws total-too-high beyond safe integers; {RangeError} for a fraction */
export const sumAmounts = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => checkAmount(total + amount), 0);

/** The amount with the opposite sign. Zero stays 0, never -0. */
export const negate = ({ amount, currency }: Money): Money => ({ amount: 0 - amount, currency });

/** The amount, if it is a safe integer. */
function checkAmount(amount: number): number {
  if (!Number.isInteger(amount)) throw new RangeError(`${amount} is not a whole number of minor units`);
  if (!Number.isSafeInteger(amount)) {
    throw coded('total-too-high', 'The total exceeds the largest amount of one order. Split the order.');
  }
  return amount + 0; // never -0
}
