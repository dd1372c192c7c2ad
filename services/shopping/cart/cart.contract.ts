import { contract } from '../../../lib/contract/contract.ts';
import { currencyRule } from '../../../lib/contract/currency.ts';
import { named } from '../../../lib/contract/named.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { idRule, shopperId } from '../../shared/ids.ts';
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
/** What can be had of a line. Absent if its SKU is not sold. */
export const lineStockFields = {
  /** The pieces that can be had now: all that are asked for, unless it is short. */
  available: 'number|optional',
  /** Whether there is less than asked for. */
  isShort: 'boolean|optional',
} as const;
const openOrder = named('OpenOrder', { type: 'object', props: { id: 'string', status } });

const cartView = named('Cart', {
  type: 'object',
  props: {
    /** ISO 4217: the currency of its prices. */
    currency: 'string',
    items: {
      type: 'array',
      items: named('CartLine', {
        type: 'object',
        props: {
          sku: 'string',
          quantity: 'number',
          productId: 'string|optional',
          slug: 'string|optional',
          title: 'string|optional',
          variant: 'string|optional',
          /** Absent, like the other optional fields, if the SKU is not sold, or not in this currency. */
          unitPrice: { ...moneyRule, optional: true },
          lineTotal: { ...moneyRule, optional: true },
          /** False for digital goods and services. */
          requiresShipping: 'boolean|optional',
          availability: { type: 'enum', values: ['in_stock', 'low_stock', 'out_of_stock', 'not_sold'] },
          ...lineStockFields,
        },
      }),
    },
    totals: named('CartTotals', {
      type: 'object',
      props: { quantity: 'number', subtotal: moneyRule, total: moneyRule },
    }),
    /** The order of this cart whose payment has no outcome yet. Until then, the cart cannot be ordered again. */
    openOrder: { ...openOrder, optional: true },
  },
});

/**
 * The caller's cart: a customer's, or a guest's by its token. One node at a time changes a customer's cart: the
 * one that also places the customer's orders, as long as nodes do not come or go.
 */
const mine = {
  visibility: 'published',
  auth: 'public',
  personal: true,
  cartToken: true,
  returns: cartView,
  shardKey: '#user.id',
} as const;

export const cart = contract(
  'cart',
  {
    get: { ...mine, summary: 'Get my cart, with current prices', idempotent: true, rest: 'GET /v1/cart', params: {} },
    setItem: {
      ...mine,
      summary: 'Set the quantity of a SKU in my cart',
      idempotent: false,
      rest: 'PUT /v1/cart/items/:sku',
      params: { sku, quantity },
      problems: ['not-found', 'limit-reached'],
    },
    setCurrency: {
      ...mine,
      summary: 'Set the currency of my cart',
      idempotent: false,
      rest: 'PUT /v1/cart/currency',
      params: { currency: currencyRule },
      problems: ['unknown-currency'],
    },
    removeItem: {
      ...mine,
      summary: 'Remove a SKU from my cart',
      idempotent: false,
      rest: 'DELETE /v1/cart/items/:sku',
      params: { sku },
    },
    clear: { ...mine, summary: 'Empty my cart', idempotent: false, rest: 'DELETE /v1/cart', params: {} },
    content: {
      summary: "Get the content and currency of a shopper's cart",
      ...internal,
      params: { customerId: shopperId },
      returns: {
        type: 'object',
        props: {
          ...content,
          /** The unique key of the order of this cart. */
          claim: 'string',
          openOrder: { ...openOrder, nullable: true },
          /** The latest order that was taken out of the cart. */
          lastOrder: { type: 'object', nullable: true, props: { id: 'string', at: 'string' } },
        },
      },
    },
    stored: {
      summary: "Get a shopper's cart as it is stored, without the order that claims it",
      ...internal,
      params: { customerId: shopperId },
      returns: {
        type: 'object',
        props: {
          ...content,
          claim: 'string',
          /** Whether the customer can have a hold. */
          mayBeHeld: 'boolean',
        },
      },
    },
    expectHold: {
      summary: 'Record until when a customer can have a hold, for which an order then looks',
      ...internal,
      params: { customerId, until: { type: 'number', integer: true } },
    },
    own: {
      summary: "Get the content and currency of the caller's cart",
      visibility: 'public',
      auth: 'public',
      idempotent: true,
      params: {},
      returns: {
        type: 'object',
        props: {
          ...content,
          /** The pieces that are reserved for the caller, by a hold or by the open order. */
          reserved: items,
        },
      },
    },
    merge: {
      summary: "Merge the guest's cart into the customer's: the larger quantity of each SKU",
      ...internal,
      timeout: 1000,
      params: { customerId },
    },
    erase: {
      summary: "Erase a customer's cart for good; it cannot be ordered any more",
      ...internal,
      params: { customerId },
    },
    ordered: {
      summary: 'Remove the ordered items from the cart, once for each order',
      ...internal,
      params: { customerId: shopperId, orderId: idRule('ord'), items },
    },
  },
  {},
);
