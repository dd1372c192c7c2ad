import { contract } from '../../../../../lib/contract/contract.ts';
import { internal } from '../../../../../lib/contract/presets.ts';
import { auditPageParams } from '../../../../../mixins/store/audit-page.ts';
import { positiveMoneyRule } from '../../../../shared/money.ts';
import { cancelOutcome, ledgerPage, outcome, outcomes, refundOutcome, statement } from '../../payment.rules.ts';
import { TEST_TOKENS } from './sandbox-tokens.ts';

/** An idempotency key. */
const key = { type: 'string', min: 1, max: 64 } as const;

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
