import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { ownData } from '../../../lib/contract/presets.ts';
import { textLines } from '../../../lib/contract/text-rules.ts';
import { addressInputFields, postalAddressInput } from '../../customer/account/customer.rules.ts';
import { email } from '../../customer/account/email.rules.ts';
import { readyAction } from '../../ready.ts';
import { anyId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { orderGuestActions } from './guest/guest.contract.ts';
import { itemList, orderViewRule, placedOrderRule } from './order.rules.ts';
import { orderInternals } from './order-internal.contract.ts';
import { orderStaffActions } from './order-staff.contract.ts';

/** Actions on one order: the customer's own, or the one whose order token a guest has. */
const mine = { ...ownData, guest: 'order', returns: orderViewRule } as const;
/** Orders go to the node that also changes the customer's cart. */
const shardKey = '#user.id';

const idempotencyKey = { type: 'string', min: 1, max: 255 } as const;
const paymentMethod = { type: 'string', min: 1, max: 255 } as const;
const reason = textLines;
export const couponCodes = { type: 'array', items: { type: 'string', max: 32 }, max: 5, optional: true } as const;
/** A place of which no address is known, or none is needed as nothing is shipped. */
export const destination = {
  country: { ...addressInputFields.country, optional: true },
  region: addressInputFields.region,
  postcode: addressInputFields.postcode,
} as const;
export const shippingMethod = { type: 'string', max: 64, optional: true } as const;
/** The address of the invoice. Default: that of the goods. */
export const billing = {
  billingAddressId: { ...anyId, optional: true },
  billingAddress: { ...postalAddressInput, optional: true },
} as const;

export const order = contract(
  'order',
  {
    ready: readyAction,
    place: {
      ...ownData,
      // Guests order by the token of their cart, with `email` and `address`.
      guest: 'cart',
      returns: placedOrderRule,
      summary: 'Place an order of my cart',
      // Clients can repeat it with their key; the broker must not.
      idempotent: false,
      rest: 'POST /v1/orders',
      status: 201,
      // The payment has no outcome yet: the order at `Location` shows it later.
      mayAnswer: [202],
      location: '/v1/orders/{id}',
      shardKey,
      timeout: 30_000,
      headers: { idempotencyKey: 'Idempotency-Key' },
      params: {
        idempotencyKey,
        /** Of a guest; mails about the order go there. */
        email: { ...email, optional: true },
        addressId: { ...anyId, optional: true },
        address: { ...postalAddressInput, optional: true },
        /** In place of an address, for an order of goods that are not shipped. */
        ...destination,
        ...billing,
        shippingMethod,
        paymentMethod: { ...paymentMethod, optional: true },
        expectedTotal: { ...moneyRule, optional: true },
        couponCodes,
        note: { ...textLines, min: 0, optional: true },
      },
      problems: [
        'missing-idempotency-key',
        'idempotency-key-reused',
        'request-in-progress',
        'empty-cart',
        'order-open',
        'cart-not-orderable',
        'price-changed',
        'out-of-stock',
        'coupon-refused',
        'no-shipping',
        'total-not-payable',
        'unknown-payment-method',
        'payment-method-unavailable',
        'payment-declined',
        'order-expired',
        'order-cancelled',
        'not-found',
      ],
    },
    list: {
      summary: 'List my orders, newest first',
      ...ownData,
      idempotent: true,
      rest: 'GET /v1/orders',
      params: pageParams,
      returns: pageOf(orderViewRule),
    },
    get: {
      ...mine,
      summary: 'Get one of my orders, with its timeline',
      idempotent: true,
      rest: 'GET /v1/orders/:id',
      params: { id: anyId },
      problems: ['not-found'],
    },
    cancel: {
      ...mine,
      summary: 'Cancel one of my orders before it is shipped, and refund it',
      idempotent: true,
      rest: 'POST /v1/orders/:id/cancel',
      params: { id: anyId, reason: { ...reason, optional: true } },
      problems: ['not-found', 'wrong-state'],
    },
    pay: {
      ...mine,
      summary: 'Pay one of my pending orders by another method, in place of the one that failed or was given up',
      idempotent: true,
      rest: 'POST /v1/orders/:id/payment',
      headers: { idempotencyKey: 'Idempotency-Key' },
      timeout: 30_000,
      params: { id: anyId, idempotencyKey, paymentMethod },
      problems: [
        'missing-idempotency-key',
        'idempotency-key-reused',
        'request-in-progress',
        'unknown-payment-method',
        'payment-method-unavailable',
        'not-found',
        'wrong-state',
      ],
    },
    completePayment: {
      ...mine,
      summary: 'Drive one of my orders on, after I have done what its payment asked for',
      idempotent: true,
      rest: 'POST /v1/orders/:id/payment/complete',
      timeout: 30_000,
      params: { id: anyId },
      problems: ['not-found'],
    },
    requestReturn: {
      ...mine,
      summary: 'Request the return of items of a shipped order',
      idempotent: true,
      rest: 'POST /v1/orders/:id/returns',
      status: 201,
      location: '/v1/orders/{id}',
      headers: { idempotencyKey: 'Idempotency-Key' },
      params: { id: anyId, idempotencyKey, items: itemList, reason },
      problems: ['missing-idempotency-key', 'idempotency-key-reused', 'not-found', 'wrong-state', 'not-returnable'],
    },
    ...orderGuestActions,
    ...orderStaffActions,
    ...orderInternals,
  },
  {
    changed: { summary: 'An order has changed; may be lost', params: { id: 'string' } },
  },
);
