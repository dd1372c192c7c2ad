/** An amount in a currency's minor units (cents), always an integer, and its ISO 4217 code. */
export interface Money {
  amount: number;
  currency: string;
}

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
