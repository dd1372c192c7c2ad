import { contract } from '../../../../../lib/contract/contract.ts';
import { internal } from '../../../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../../../mixins/store/audit-page.ts';
import { positiveMoneyRule } from '../../../../shared/money.ts';
import { TEST_TOKENS } from './sandbox-tokens.ts';

/** An idempotency key. */
const key = { type: 'string', min: 1, max: 64 } as const;

const outcomes = [
  { type: 'object', props: { outcome: { type: 'equal', value: 'captured' }, reference: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'authorised' }, reference: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'declined' }, reason: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'pending' } } },
] as const;
const outcome = { type: 'multi', rules: outcomes } as const;

const minorUnits = { type: 'number', integer: true, min: 0 } as const;

export const ledgerPage = auditPageOf({
  id: 'string',
  state: 'string',
  currency: { type: 'string', nullable: true },
  amount: minorUnits,
  captured: minorUnits,
  refunded: minorUnits,
  /** Taken back by the bank: of disputes that were lost. */
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
const cancelOutcome = {
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

/** A payment provider that moves no money; it stands where a real one's API would. */
export const sandbox = contract(
  'sandbox',
  {
    authorise: {
      ...internal,
      summary: 'Authorise a charge as its test token says; the same key has the same answer',
      params: { key, amount: positiveMoneyRule, method: { type: 'enum', values: TEST_TOKENS } },
      returns: outcome,
    },
    capture: {
      ...internal,
      summary: 'Capture an authorised charge',
      params: { key, amount: positiveMoneyRule },
      returns: outcome,
    },
    find: {
      ...internal,
      summary: 'Find the charge of a key',
      params: { key, amount: positiveMoneyRule },
      returns: {
        type: 'multi',
        rules: [...outcomes, { type: 'object', props: { outcome: { type: 'equal', value: 'unknown' } } }],
      },
    },
    refund: {
      ...internal,
      summary: 'Refund a part of a captured charge, once for each key',
      params: { key, of: key, amount: positiveMoneyRule },
      returns: refundOutcome,
    },
    cancel: {
      ...internal,
      summary: 'Cancel a charge, refund it in full, and refuse its key from now on',
      params: { key },
      returns: cancelOutcome,
    },
    statement: {
      ...internal,
      summary: 'Get the refunds and disputes of a charge',
      params: { key },
      returns: statement,
    },
    books: {
      ...internal,
      summary: 'Page through the ledger, by key',
      params: auditPageParams,
      returns: ledgerPage,
    },
  },
  {},
);
