import { auditPageOf } from '../../../mixins/store/audit-page.ts';
import { moneyRule } from '../../shared/money.ts';

/** What a customer needs to know to pay by bank transfer. */
const transferInstructions = {
  type: 'object',
  props: {
    type: { type: 'equal', value: 'transfer' },
    iban: 'string',
    bic: 'string|optional',
    holder: 'string',
    /** Goes into the transfer: the order's number. */
    reference: 'string',
    /** The total of the order, the part that has come, and the part that is to be paid yet. */
    amount: moneyRule,
    received: moneyRule,
    missing: moneyRule,
  },
} as const;

/** `PaymentAction` of payment-provider.ts. */
export const paymentAction = {
  type: 'multi',
  rules: [
    { type: 'object', props: { type: { type: 'equal', value: 'redirect' }, url: 'string' } },
    {
      type: 'object',
      props: { type: { type: 'equal', value: 'stripe' }, clientSecret: 'string', publishableKey: 'string' },
    },
    transferInstructions,
  ],
} as const;

/** The part of a charge's outcome that waits for the customer. */
export const requiresAction = {
  type: 'object',
  props: { outcome: { type: 'equal', value: 'requires-action' }, reference: 'string', action: paymentAction },
} as const;

/** The part of a charge's outcome that has the money, or a claim on credit. */
export const captured = {
  type: 'object',
  props: { outcome: { type: 'equal', value: 'captured' }, reference: 'string', dueAt: 'string|optional' },
} as const;

/** `Outcome` of payment-provider.ts. */
export const outcomes = [
  captured,
  { type: 'object', props: { outcome: { type: 'equal', value: 'authorised' }, reference: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'declined' }, reason: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'pending' } } },
  requiresAction,
] as const;
export const outcome = { type: 'multi', rules: outcomes } as const;

const minorUnits = { type: 'number', integer: true, min: 0 } as const;

export const ledgerPage = auditPageOf({
  id: 'string',
  state: 'string',
  currency: { type: 'string', nullable: true },
  amount: minorUnits,
  captured: minorUnits,
  refunded: minorUnits,
  /** The amount of lost disputes, which the bank took back. */
  chargedBack: minorUnits,
});

const refused = { outcome: { type: 'equal', value: 'refused' }, reason: 'string' } as const;

/** `RefundOutcome` of payment-provider.ts. */
export const refundOutcome = {
  type: 'multi',
  rules: [
    { type: 'object', props: { outcome: { type: 'equal', value: 'refunded' } } },
    { type: 'object', props: refused },
  ],
} as const;

/** `CancelOutcome` of payment-provider.ts. */
export const cancelOutcome = {
  type: 'multi',
  rules: [
    { type: 'object', props: { outcome: { type: 'equal', value: 'cancelled' } } },
    { type: 'object', props: { ...refused, reference: 'string' } },
  ],
} as const;

/** `Statement` of payment-provider.ts; null when there is no such charge. */
export const statement = {
  type: 'object',
  nullable: true,
  props: {
    refunds: {
      type: 'array',
      items: {
        type: 'object',
        props: {
          id: 'string',
          key: { type: 'string', nullable: true },
          amount: minorUnits,
          state: { type: 'enum', values: ['made', 'failed'] },
          reason: { type: 'string', nullable: true },
        },
      },
    },
    disputes: {
      type: 'array',
      items: {
        type: 'object',
        props: {
          id: 'string',
          amount: minorUnits,
          state: { type: 'enum', values: ['open', 'won', 'lost'] },
          reason: 'string',
        },
      },
    },
  },
} as const;
