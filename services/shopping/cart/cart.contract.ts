import { contract } from '../../../lib/contract/contract.ts';
import { currencyRule } from '../../../lib/contract/currency.ts';
import { idRule } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { status } from '../order/order.rules.ts';

const sku = { type: 'string', pattern: /^[A-Za-z0-9][\w-]{0,63}$/ } as const;
const quantity = { type: 'number', integer: true, min: 1, max: 99 } as const;
const customerId = idRule('cus');
const items = {
  type: 'array',
  items: { type: 'object', props: { sku: 'string', quantity: 'number' } },
} as const;
const content = { items, currency: 'string' } as const;
const openOrder = { type: 'object', props: { id: 'string', status } } as const;

const cartView = {
  type: 'object',
  props: {
    /** ISO 4217: what it is priced in. */
    currency: 'string',
    items: {
      type: 'array',
      items: {
        type: 'object',
        props: {
          sku: 'string',
          quantity: 'number',
          productId: 'string|optional',
          slug: 'string|optional',
          title: 'string|optional',
          variant: 'string|optional',
          /** Absent when the SKU is not sold, or not in this currency, as is all that is optional here. */
          unitPrice: { ...moneyRule, optional: true },
          lineTotal: { ...moneyRule, optional: true },
          availability: { type: 'enum', values: ['in_stock', 'low_stock', 'out_of_stock', 'not_sold'] },
        },
      },
    },
    totals: { type: 'object', props: { quantity: 'number', subtotal: moneyRule, total: moneyRule } },
    /** The order of this cart whose payment has no outcome yet: until then no other order can be made of the cart. */
    openOrder: { ...openOrder, optional: true },
  },
} as const;

/**
 * The caller's cart: a customer's, or a guest's by its token. One node at a time changes a customer's cart: the
 * one that also places the customer's orders, as long as nodes do not come or go.
 */
const mine = {
  visibility: 'published',
  auth: 'public',
  personal: true,
  returns: cartView,
  shardKey: '#user.id',
} as const;

export const cart = contract(
  'cart',
  {
    get: { ...mine, summary: 'My cart, priced now', idempotent: true, rest: 'GET /v1/cart', params: {} },
    setItem: {
      ...mine,
      summary: 'Have this many of a SKU in the cart',
      idempotent: false,
      rest: 'PUT /v1/cart/items/:sku',
      params: { sku, quantity },
      problems: ['not-found', 'limit-reached'],
    },
    setCurrency: {
      ...mine,
      summary: 'Have the cart priced in this currency',
      idempotent: false,
      rest: 'PUT /v1/cart/currency',
      params: { currency: currencyRule },
      problems: ['unknown-currency'],
    },
    removeItem: {
      ...mine,
      summary: 'Take a SKU out of the cart',
      idempotent: false,
      rest: 'DELETE /v1/cart/items/:sku',
      params: { sku },
    },
    clear: { ...mine, summary: 'Empty the cart', idempotent: false, rest: 'DELETE /v1/cart', params: {} },
    content: {
      summary: "What is in a customer's cart, and what it is priced in",
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId },
      returns: {
        type: 'object',
        props: {
          ...content,
          /** The unique key of the order that is made of it. */
          claim: 'string',
          openOrder: { ...openOrder, nullable: true },
          /** The latest order that was taken out of the cart. */
          lastOrder: { type: 'object', nullable: true, props: { id: 'string', at: 'string' } },
        },
      },
    },
    own: {
      summary: 'The content of the cart of the caller, and its currency',
      visibility: 'public',
      auth: 'public',
      idempotent: true,
      params: {},
      returns: { type: 'object', props: content },
    },
    merge: {
      summary: "Bring what a customer had in a guest's cart into theirs: of each SKU the larger of both quantities",
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      timeout: 1000,
      params: { customerId },
    },
    erase: {
      summary: "Erase a customer's cart, for good: nothing can be ordered from it any more",
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId },
    },
    ordered: {
      summary: 'Take out what was ordered; again for the same order changes nothing',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId, orderId: idRule('ord'), items },
    },
  },
  {},
);
