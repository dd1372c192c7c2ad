import { booksOf, booksParams } from '../../lib/books.ts';
import { type ActionsOf, contract } from '../../lib/contract.ts';
import { positiveMoneyRule } from '../../lib/money.ts';
import { TEST_TOKENS } from './sandbox-tokens.ts';

/** An idempotency key. */
const key = { type: 'string', min: 1, max: 64 } as const;
const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

const outcomes = [
  { type: 'object', props: { outcome: { type: 'equal', value: 'captured' }, reference: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'authorised' }, reference: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'declined' }, reason: 'string' } },
  { type: 'object', props: { outcome: { type: 'equal', value: 'pending' } } },
] as const;
const outcome = { type: 'multi', rules: outcomes } as const;

const minorUnits = { type: 'number', integer: true, min: 0 } as const;

export const ledgerPage = booksOf({
  id: 'string',
  state: 'string',
  currency: { type: 'string', nullable: true },
  amount: minorUnits,
  captured: minorUnits,
  refunded: minorUnits,
});

/** A payment provider that moves no money; it stands where a real one's API would. */
export const sandbox = contract(
  'sandbox',
  {
    authorise: {
      ...internal,
      summary: 'Charge a key as its test token says; a known key answers as before',
      params: { key, amount: positiveMoneyRule, method: { type: 'enum', values: TEST_TOKENS } },
      returns: outcome,
    },
    capture: {
      ...internal,
      summary: 'Take what was authorised',
      params: { key, amount: positiveMoneyRule },
      returns: outcome,
    },
    find: {
      ...internal,
      summary: 'What became of a key',
      params: { key, amount: positiveMoneyRule },
      returns: {
        type: 'multi',
        rules: [...outcomes, { type: 'object', props: { outcome: { type: 'equal', value: 'unknown' } } }],
      },
    },
    refund: {
      ...internal,
      summary: 'Give back some of what was captured, once for each refund',
      params: { key, of: key, amount: positiveMoneyRule },
      problems: ['refund-too-high'],
    },
    cancel: {
      ...internal,
      summary: 'Give everything back, and refuse the key from now on',
      params: { key },
    },
    books: {
      ...internal,
      summary: 'The ledger, page by page by key',
      params: booksParams,
      returns: ledgerPage,
    },
  },
  {},
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof sandbox> {}
}
