import { type ActionsOf, contract } from '../../lib/contract.ts';
import { idRule } from '../../lib/ids.ts';
import { moneyRule } from '../../lib/money.ts';

const orderId = idRule('ord');

/** Keyed by the order at the provider, so doing it again is safe. */
const keyed = { visibility: 'public', auth: 'internal', idempotent: true } as const;

export const payment = contract(
  'payment',
  {
    charge: {
      ...keyed,
      summary: 'Authorise and capture the total of an order',
      params: { orderId, amount: moneyRule },
      returns: {
        type: 'multi',
        rules: [
          {
            type: 'object',
            props: { outcome: { type: 'equal', value: 'captured' }, provider: 'string', reference: 'string' },
          },
          { type: 'object', props: { outcome: { type: 'equal', value: 'declined' }, reason: 'string' } },
        ],
      },
    },
    cancel: {
      ...keyed,
      summary: 'Refund what an order was charged, and refuse to charge it later',
      params: { orderId },
    },
  },
  {},
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof payment> {}
}
