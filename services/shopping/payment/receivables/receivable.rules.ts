import { named } from '../../../../lib/contract/named.ts';
import { moneyRule } from '../../../shared/money.ts';
import { RECEIVABLE_PROVIDERS } from './receivable.ts';

export const receivableProviderRule = { type: 'enum', values: RECEIVABLE_PROVIDERS } as const;

const minorUnits = { type: 'number', integer: true, min: 0 } as const;

/** `ClaimState` of claims.ts. */
export const claimStateRule = {
  type: 'object',
  props: {
    state: { type: 'enum', values: ['open', 'captured', 'cancelled'] },
    amount: minorUnits,
    received: minorUnits,
    missing: minorUnits,
    payableUntil: 'string|optional',
  },
} as const;

const booking = named('PaymentBooking', {
  type: 'object',
  props: {
    /** `receipt`: money came in. `payout`: money was sent back. `credit`: the customer owes so much less. */
    kind: { type: 'enum', values: ['receipt', 'payout', 'credit'] },
    amount: moneyRule,
    /** The value date. Absent, like the bank's reference and the member of staff, for a credit. */
    date: 'string|optional',
    bankReference: 'string|optional',
    staffId: 'string|optional',
    at: 'string',
  },
});

/** The account of an order whose money staff books. */
export const receivableView = named('OrderAccount', {
  type: 'object',
  props: {
    orderId: 'string',
    number: 'string',
    provider: receivableProviderRule,
    /** What came in, less what was sent back. */
    received: moneyRule,
    /** What is to be paid yet. */
    missing: moneyRule,
    /** What staff has to send back. */
    surplus: moneyRule,
    /** Until when the missing amount has to be paid, for an order on credit. */
    payableUntil: 'string|optional',
    bookings: { type: 'array', items: booking },
  },
});
