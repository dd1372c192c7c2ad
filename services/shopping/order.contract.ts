import { type ActionsOf, contract } from '../../lib/contract.ts';
import { anyId } from '../../lib/ids.ts';
import { moneyRule } from '../../lib/money.ts';
import { pageOf, pageParams } from '../../lib/page.ts';
import { postalAddress } from '../customer/customer.contract.ts';
import { readyAction } from '../ready.ts';

const status = { type: 'enum', values: ['PENDING', 'PAID', 'REJECTING', 'REJECTED'] } as const;

const orderView = {
  type: 'object',
  props: {
    id: 'string',
    number: 'string',
    status,
    items: {
      type: 'array',
      items: {
        type: 'object',
        props: {
          sku: 'string',
          productId: 'string',
          title: 'string',
          variant: 'string',
          quantity: 'number',
          unitPrice: moneyRule,
          lineTotal: moneyRule,
        },
      },
    },
    totals: { type: 'object', props: { quantity: 'number', subtotal: moneyRule, total: moneyRule } },
    shippingAddress: postalAddress,
    payment: {
      type: 'object',
      nullable: true,
      props: { provider: 'string', reference: 'string', captured: moneyRule },
    },
    history: {
      type: 'array',
      items: { type: 'object', props: { status, at: 'string', note: 'string|optional' } },
    },
    createdAt: 'string',
  },
} as const;

export const order = contract(
  'order',
  {
    ready: readyAction,
    place: {
      summary: 'Order what is in the cart',
      visibility: 'published',
      auth: 'customer',
      // Repeating it is safe for the client; the broker leaves the decision to it.
      idempotent: false,
      rest: 'POST /v1/orders',
      status: 201,
      location: '/v1/orders/{id}',
      // To the node that has the customer's cart.
      shardKey: '#user.id',
      headers: { idempotencyKey: 'Idempotency-Key' },
      params: { idempotencyKey: { type: 'string', min: 1, max: 255 }, addressId: anyId },
      returns: orderView,
      problems: [
        'missing-idempotency-key',
        'idempotency-key-reused',
        'request-in-progress',
        'empty-cart',
        'cart-not-orderable',
        'out-of-stock',
        'payment-declined',
        'order-expired',
        'not-found',
      ],
    },
    list: {
      summary: 'My orders, newest first',
      visibility: 'published',
      auth: 'customer',
      idempotent: true,
      rest: 'GET /v1/orders',
      params: pageParams,
      returns: pageOf(orderView),
    },
    get: {
      summary: 'One of my orders',
      visibility: 'published',
      auth: 'customer',
      idempotent: true,
      rest: 'GET /v1/orders/:id',
      params: { id: anyId },
      returns: orderView,
      problems: ['not-found'],
    },
  },
  {},
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof order> {}
}
