import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { internal, ownData } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { idRule } from '../../shared/ids.ts';
import { item } from '../order/order.rules.ts';

const view = named('Hold', {
  type: 'object',
  props: {
    id: 'string',
    items: { type: 'array', items: item },
    expiresAt: 'string',
    remainingSeconds: 'number',
  },
});

const mine = { ...ownData, shardKey: '#user.id' } as const;

export const hold = contract(
  'hold',
  {
    put: {
      ...mine,
      summary: 'Hold the stock of my cart for a while',
      idempotent: false,
      rest: 'POST /v1/checkout/hold',
      status: 201,
      location: '/v1/checkout/hold',
      params: {},
      returns: view,
      problems: ['empty-cart', 'order-open', 'limit-reached', 'out-of-stock', 'hold-replaced'],
    },
    get: {
      ...mine,
      summary: 'Get my hold, with its remaining time',
      idempotent: true,
      rest: 'GET /v1/checkout/hold',
      params: {},
      returns: view,
      problems: ['not-found'],
    },
    drop: {
      ...mine,
      summary: 'Release my hold',
      idempotent: true,
      rest: 'DELETE /v1/checkout/hold',
      status: 204,
      params: {},
    },
    held: {
      summary: 'Get the items that are on hold for a customer; none without a hold',
      ...internal,
      params: { customerId: idRule('cus') },
      returns: { type: 'object', props: { items: { type: 'array', items: item } } },
    },
    consume: {
      summary: "Hand a customer's hold over to an order of the same items",
      ...internal,
      params: { customerId: idRule('cus'), cartClaim: 'string', items: { type: 'array', items: item } },
      /** The id that the order must have; null when there is no hold for it. */
      returns: { type: 'object', props: { orderId: { type: 'string', nullable: true } } },
    },
    erase: {
      summary: 'Release the hold of a customer whose account is erased',
      ...internal,
      params: { customerId: idRule('cus') },
    },
    books: {
      summary: 'Page through the reservations of all holds for the auditor',
      ...internal,
      params: auditPageParams,
      returns: auditPageOf({ customerId: 'string', orderIds: { type: 'array', items: 'string' } }),
    },
  },
  {},
);
