import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { INVARIANTS, type Invariant } from './violation.ts';

const violation = {
  type: 'object',
  props: {
    invariant: { type: 'enum', values: Object.keys(INVARIANTS) as Invariant[] },
    detail: 'string',
    documents: { type: 'array', items: 'string' },
  },
} as const;

export const audit = contract(
  'audit',
  {
    run: {
      summary: 'Check the invariants of the whole shop while it runs',
      ...internal,
      // It reads every order.
      timeout: 300_000,
      params: {
        /** The shop is at rest: any unfinished work is a violation. */
        atRest: { type: 'boolean', optional: true },
        /** Ids of orders that clients got an acknowledgement for, so they have to exist. */
        acknowledged: { type: 'array', items: 'string', optional: true },
      },
      returns: {
        type: 'object',
        props: {
          violations: { type: 'array', items: violation },
          checked: {
            type: 'object',
            props: { orders: 'number', skus: 'number', charges: 'number', coupons: 'number', invoices: 'number' },
          },
          inFlight: 'number',
        },
      },
    },
  },
  {},
);
