import { contract } from '../../../../../lib/contract/contract.ts';
import { internal } from '../../../../../lib/contract/presets.ts';
import { auditPageParams } from '../../../../../mixins/store/audit-page.ts';
import { positiveMoneyRule } from '../../../../shared/money.ts';
import { cancelOutcome, ledgerPage, outcome, outcomes, refundOutcome, statement } from '../../payment.rules.ts';
import { TEST_TOKENS } from './sandbox-tokens.ts';

/** An idempotency key. */
const key = { type: 'string', min: 1, max: 64 } as const;

/** A challenge on its page. */
const challengeProps = {
  /** `waiting`: for the customer. `over`: nobody has answered in time. */
  state: { type: 'enum', values: ['waiting', 'approved', 'declined', 'over'] },
  amount: positiveMoneyRule,
  returnUrl: 'string',
} as const;

/** The API of a payment provider that moves no money. */
export const sandbox = contract(
  'sandbox',
  {
    authorise: {
      ...internal,
      summary: 'Authorise a charge with the outcome of its test token, once for each key',
      params: {
        key,
        amount: positiveMoneyRule,
        method: { type: 'enum', values: TEST_TOKENS },
        returnUrl: 'string',
      },
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
      summary: 'Look up the outcome of a key',
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
      summary: 'Cancel a charge, refund it in full, and decline later charges under its key',
      params: { key },
      returns: cancelOutcome,
    },
    statement: {
      ...internal,
      summary: 'Get the refunds and disputes of a charge',
      params: { key },
      returns: statement,
    },
    challenge: {
      ...internal,
      summary: 'Get what the page of a challenge shows; null if there is none',
      params: { key },
      returns: { type: 'object', nullable: true, props: challengeProps },
    },
    answer: {
      ...internal,
      summary: "Record the customer's answer to a challenge, of which the first one counts",
      params: { key, approved: 'boolean' },
      returns: { type: 'object', props: challengeProps },
      problems: ['not-found'],
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
