import { named } from '../../../lib/contract/named.ts';
import { textLines } from '../../../lib/contract/text-rules.ts';
import { postalAddress } from '../../customer/account/customer.rules.ts';
import { moneyRule } from '../../shared/money.ts';
import { destinationRule, shippingRule, taxesRule, taxRule, totalsRule } from '../../shared/priced-rules.ts';
import { paymentAction } from '../payment/payment.rules.ts';
import { ATTENTION_REASONS } from './attention.ts';
import { REFUND_STATES } from './order.ts';
import { ORDER_EVENTS, ORDER_STATES } from './order-state.ts';
import { ORDER_STEPS } from './saga/order-steps.ts';

/** Contract rules of the parts of an order. The types of the responses come from them. */

export const status = named('OrderStatus', { type: 'enum', values: ORDER_STATES });

export const orderLine = named('OrderLine', {
  type: 'object',
  props: {
    sku: 'string',
    productId: 'string',
    title: 'string',
    variant: 'string',
    category: 'string',
    /** Absent on orders from before there were tax classes. */
    taxClass: 'string|optional',
    weight: 'number',
    /** False for digital goods and services. Absent on orders from before there were any: they are shipped. */
    requiresShipping: 'boolean|optional',
    quantity: 'number',
    unitPrice: moneyRule,
    lineTotal: moneyRule,
    discount: moneyRule,
    tax: taxRule,
    total: moneyRule,
    /** In an order: the part of the line that was refunded, or is about to be. */
    refunded: { ...moneyRule, optional: true },
  },
});

/** The fields that a quote and an order have in common: `Priced` of pricing/price.ts. */
export const pricedFields = {
  items: { type: 'array', items: orderLine },
  shipping: shippingRule,
  discounts: {
    type: 'array',
    items: named('Discount', { type: 'object', props: { code: 'string', kind: 'string', amount: moneyRule } }),
  },
  taxes: taxesRule,
  totals: totalsRule,
  /** The buyer owes the VAT (a supply within the EU): the prices are without it. */
  isReverseCharge: 'boolean|optional',
} as const;

export const item = named('LineItem', {
  type: 'object',
  props: {
    sku: { type: 'string', min: 1, max: 64 },
    quantity: { type: 'number', integer: true, min: 1, max: 99 },
  },
});
/** The parts of a refund by line, in minor units of the order's currency. They may be zero. */
export const refundLines = {
  type: 'array',
  min: 1,
  max: 100,
  items: named('RefundLineInput', {
    type: 'object',
    props: {
      sku: item.props.sku,
      quantity: { ...item.props.quantity, optional: true },
      amount: { type: 'number', integer: true, min: 0 },
    },
  }),
} as const;
/** The parts of a refund for the auditor. Null on refunds from before there were lines. */
export const bookedParts = {
  type: 'object',
  nullable: true,
  props: {
    lines: { type: 'array', items: { type: 'object', props: { sku: 'string', amount: 'number' } } },
    shipping: 'number',
  },
} as const;
export const itemList = { type: 'array', items: item, min: 1, max: 100 } as const;

export const timelineEntry = named('OrderEvent', {
  type: 'object',
  props: {
    /** From 1 on, without gaps. */
    id: 'number',
    event: named('OrderEventKind', { type: 'enum', values: ORDER_EVENTS }),
    status,
    at: 'string',
    by: { type: 'enum', values: ['customer', 'staff', 'system'] },
    staffId: 'string|optional',
    note: 'string|optional',
  },
});

const refundView = named('Refund', {
  type: 'object',
  props: {
    id: 'string',
    amount: moneyRule,
    /** The parts of the amount by line, and for the delivery. Absent on refunds from before there were lines. */
    lines: {
      type: 'array',
      optional: true,
      items: named('RefundLine', {
        type: 'object',
        props: { sku: 'string', quantity: 'number|optional', amount: moneyRule },
      }),
    },
    shipping: { ...moneyRule, optional: true },
    status: named('RefundStatus', { type: 'enum', values: REFUND_STATES }),
    reason: 'string',
    at: 'string',
  },
});

const returnView = named('Return', {
  type: 'object',
  props: {
    id: 'string',
    items: { type: 'array', items: item },
    approved: { type: 'array', items: item },
    reason: 'string',
    status: named('ReturnStatus', { type: 'enum', values: ['REQUESTED', 'APPROVED', 'REFUSED'] }),
    at: 'string',
  },
});

const PAYMENT_STATUSES = ['requires-action', 'processing', 'authorised', 'captured', 'failed', 'refunded'] as const;

const orderFields = {
  id: 'string',
  number: 'string',
  status,
  ...pricedFields,
  /** Absent on an order without goods to ship whose customer has sent no address. */
  shippingAddress: { ...postalAddress, optional: true },
  /** The place by which an order without an address was taxed. */
  destination: { ...destinationRule, optional: true },
  /** Of the invoice. Default: the shipping address, if there is one. */
  billingAddress: { ...postalAddress, optional: true },
  note: 'string|optional',
  payment: named('OrderPayment', {
    type: 'object',
    props: {
      status: named('PaymentStatus', { type: 'enum', values: PAYMENT_STATUSES }),
      provider: 'string',
      method: 'string',
      /** What the customer has to do, while the status is `requires-action`. */
      action: { ...named('PaymentAction', paymentAction), optional: true },
      /** Why the newest try, or the order, has failed. */
      reason: 'string|optional',
      /** Until when an order that is PENDING can be paid. */
      expiresAt: 'string|optional',
      /** Until when an order on credit has to be paid; its status is `authorised` until it is. */
      dueAt: 'string|optional',
      /** The charge, as the provider calls it. Present, like the amounts, once money was captured. */
      reference: 'string|optional',
      captured: { ...moneyRule, optional: true },
      refunded: { ...moneyRule, optional: true },
    },
  }),
  shipment: named('Shipment', {
    type: 'object',
    nullable: true,
    props: { carrier: 'string', trackingNumber: 'string' },
  }),
  refunds: { type: 'array', items: refundView },
  returns: { type: 'array', items: returnView },
  history: { type: 'array', items: timelineEntry },
  createdAt: 'string',
} as const;

export const orderViewRule = named('Order', { type: 'object', props: orderFields });

/** The response to a request for an order, and to its exact repetitions: the only ones with the order token. */
export const placedOrderRule = named('PlacedOrder', {
  type: 'object',
  props: {
    ...orderFields,
    /** Of a guest's order. It gives access to this order, in the header X-Order-Token. */
    orderToken: 'string|optional',
  },
});

const dispute = named('Dispute', {
  type: 'object',
  props: {
    id: 'string',
    status: named('DisputeStatus', { type: 'enum', values: ['OPEN', 'WON', 'LOST'] }),
    amount: moneyRule,
    reason: 'string',
    at: 'string',
  },
});

const decided = named('Decision', { type: 'enum', values: ['reject', 'skip'] });

/** Staff's decision about a parked order. */
export const decision = { decision: decided, reason: textLines } as const;
const step = named('OrderStep', { type: 'enum', values: ORDER_STEPS });

export const staffViewRule = named('StaffOrder', {
  type: 'object',
  props: {
    ...orderFields,
    customerId: 'string',
    /** Of the guest who placed the order; it is not verified. */
    email: 'string|optional',
    /** `failure`: the provider's reason for not making the refund. */
    refunds: {
      type: 'array',
      items: named('StaffRefund', {
        type: 'object',
        props: { ...refundView.props, failure: 'string|optional', settledFor: 'string|optional' },
      }),
    },
    disputes: { type: 'array', items: dispute },
    /** Why the order needs staff's attention. */
    attention: { type: 'array', items: named('AttentionReason', { type: 'enum', values: ATTENTION_REASONS }) },
    /** `decision`: the one that staff can take, with which the order goes on. */
    parked: named('ParkedStep', {
      type: 'object',
      nullable: true,
      props: { at: 'string', error: 'string', step, decision: decided },
    }),
    decisions: {
      type: 'array',
      items: named('StaffDecision', {
        type: 'object',
        props: { decision: decided, step, reason: 'string', at: 'string' },
      }),
    },
  },
});
