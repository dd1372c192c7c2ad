import { contract } from '../../../lib/contract/contract.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { idRule } from '../../shared/ids.ts';
import { item } from '../order/order.rules.ts';

const view = {
  type: 'object',
  props: {
    id: 'string',
    items: { type: 'array', items: item },
    expiresAt: 'string',
    remainingSeconds: 'number',
  },
} as const;

const mine = { visibility: 'published', auth: 'customer', shardKey: '#user.id' } as const;

export const hold = contract(
  'hold',
  {
    put: {
      ...mine,
      summary: 'Keep the stock of what is in my cart aside for a while',
      idempotent: false,
      rest: 'POST /v1/checkout/hold',
      status: 201,
      location: '/v1/checkout/hold',
      params: {},
      returns: view,
      problems: ['empty-cart', 'order-open', 'limit-reached', 'out-of-stock'],
    },
    get: {
      ...mine,
      summary: 'What I have on hold, and for how long',
      idempotent: true,
      rest: 'GET /v1/checkout/hold',
      params: {},
      returns: view,
      problems: ['not-found'],
    },
    drop: {
      ...mine,
      summary: 'Give back what I have on hold',
      idempotent: true,
      rest: 'DELETE /v1/checkout/hold',
      status: 204,
      params: {},
    },
    consume: {
      summary: "Let an order have its customer's hold, if it is for the same items",
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId: idRule('cus'), cartClaim: 'string', items: { type: 'array', items: item } },
      /** The id that the order must have; null when there is no hold for it. */
      returns: { type: 'object', props: { orderId: { type: 'string', nullable: true } } },
    },
    erase: {
      summary: 'Give back what a customer who is gone has on hold',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId: idRule('cus') },
    },
    books: {
      summary: 'All reservations of holds, as the auditor needs them',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: booksParams,
      returns: booksOf({ customerId: 'string', orderIds: { type: 'array', items: 'string' } }),
    },
  },
  {},
);
