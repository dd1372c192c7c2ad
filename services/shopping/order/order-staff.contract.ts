import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { staffLine, textLines } from '../../../lib/contract/text-rules.ts';
import { timeOrDayRule } from '../../../lib/contract/time.ts';
import { postalAddressInput } from '../../customer/account/customer.rules.ts';
import { email } from '../../customer/account/email.rules.ts';
import { anyId } from '../../shared/ids.ts';
import { decision, itemList, refundLines, staffViewRule, status } from './order.rules.ts';
import { orderNumberRule } from './order-number.ts';

const byStaff = { ...staff('orders:write'), returns: staffViewRule } as const;
/** A repetition of a step changes nothing. */
const step = { ...byStaff, idempotent: true, problems: ['not-found', 'wrong-state'] } as const;
const id = anyId;
const text = textLines;
const note = { ...text, optional: true } as const;
const minorUnits = { type: 'number', integer: true, min: 0 } as const;
const name = staffLine;

/** The actions of staff; part of the `order` contract. */
export const orderStaffActions = {
  search: {
    summary: 'Search the orders of all customers, newest first',
    ...staff('orders:read'),
    idempotent: true,
    rest: 'GET /v1/admin/orders',
    params: {
      status: { ...status, optional: true },
      /** Only parked orders. */
      parked: { type: 'boolean', optional: true },
      /** Only orders that need staff's attention, such as for a failed refund or a disputed payment. */
      attention: { type: 'boolean', optional: true },
      number: { ...orderNumberRule, optional: true },
      /** The current e-mail address of the customer's account. */
      email: { ...email, optional: true },
      customerId: { ...anyId, optional: true },
      /** Only orders placed from this time on, or from the beginning of this day in the shop's time zone. */
      from: { ...timeOrDayRule, optional: true },
      /** Only orders placed before this time, or before the end of this day. */
      to: { ...timeOrDayRule, optional: true },
      ...pageParams,
    },
    returns: pageOf(staffViewRule),
  },
  csv: {
    summary: 'Export all orders as CSV',
    ...staff('orders:read'),
    idempotent: true,
    rest: 'GET /v1/admin/orders.csv',
    params: {},
    returns: 'any',
    produces: ['text/csv'],
  },
  read: {
    ...byStaff,
    scope: 'orders:read',
    summary: 'Get an order, with the staff behind each event',
    idempotent: true,
    rest: 'GET /v1/admin/orders/:id',
    params: { id },
    problems: ['not-found'],
  },
  pack: { ...step, summary: 'Mark an order as packed', rest: 'POST /v1/admin/orders/:id/pack', params: { id, note } },
  ship: {
    ...step,
    summary: 'Mark an order as shipped',
    rest: 'POST /v1/admin/orders/:id/ship',
    params: {
      id,
      carrier: name,
      trackingNumber: name,
      /** Ships the order although its payment is disputed. */
      despiteDispute: { type: 'boolean', optional: true },
      note,
    },
    problems: [...step.problems, 'order-disputed'],
  },
  correctShipment: {
    ...step,
    summary: 'Correct the carrier and tracking number of a shipped order, and mail its customer',
    rest: 'PUT /v1/admin/orders/:id/shipment',
    params: { id, carrier: name, trackingNumber: name, note },
  },
  correctAddress: {
    ...step,
    summary:
      'Correct the shipping address of an order before it is shipped, where it costs the same; its invoice stays as issued',
    rest: 'PUT /v1/admin/orders/:id/address',
    params: { id, address: postalAddressInput },
    problems: [...step.problems, 'invalid-request'],
  },
  deliver: {
    ...step,
    summary: 'Mark a shipped order as delivered, or a paid one without goods to ship',
    rest: 'POST /v1/admin/orders/:id/deliver',
    params: {
      id,
      /** Delivers an order without goods to ship although its payment is disputed. */
      despiteDispute: { type: 'boolean', optional: true },
      note,
    },
    problems: [...step.problems, 'order-disputed'],
  },
  staffCancel: {
    ...step,
    summary: 'Cancel an order before it is shipped',
    rest: 'POST /v1/admin/orders/:id/cancel',
    params: { id, reason: text },
  },
  refund: {
    ...byStaff,
    summary: 'Refund lines, the delivery, an amount of the whole order, or its whole rest',
    idempotent: true,
    rest: 'POST /v1/admin/orders/:id/refunds',
    status: 201,
    location: '/v1/admin/orders/{id}',
    headers: { idempotencyKey: 'Idempotency-Key' },
    params: {
      id,
      idempotencyKey: { type: 'string', min: 1, max: 255 },
      /** In minor units of the order's currency. With lines or shipping, the default is their sum. */
      amount: { ...minorUnits, optional: true },
      lines: { ...refundLines, optional: true },
      /** The part for the delivery, in minor units. */
      shipping: { ...minorUnits, optional: true },
      reason: text,
    },
    problems: [
      'missing-idempotency-key',
      'idempotency-key-reused',
      'invalid-request',
      'not-found',
      'wrong-state',
      'refund-too-high',
    ],
  },
  settleRefund: {
    ...step,
    summary: 'Settle a refund by hand: it was paid by other means, or it is not owed any more',
    rest: 'POST /v1/admin/orders/:id/refunds/:refundId/settle',
    params: {
      id,
      refundId: anyId,
      outcome: { type: 'enum', values: ['paid-elsewhere', 'not-owed'], optional: true },
      reason: text,
    },
    problems: [...step.problems, 'refund-too-high'],
  },
  retryRefund: {
    ...step,
    summary: 'Retry a failed refund at the payment provider',
    rest: 'POST /v1/admin/orders/:id/refunds/:refundId/retry',
    params: { id, refundId: anyId },
    problems: [...step.problems, 'refund-too-high'],
  },
  approveReturn: {
    ...byStaff,
    summary: 'Approve a return, in whole or in part, and refund it',
    idempotent: true,
    rest: 'POST /v1/admin/orders/:id/returns/:returnId/approve',
    params: {
      id,
      returnId: anyId,
      items: { ...itemList, optional: true },
      /** Whether the items can be sold again (the default). */
      restock: { type: 'boolean', optional: true },
      /**
       * The refund in minor units: `amount` for the goods, at most the rest of their lines, and `shipping` for the
       * delivery (default: 0). Default: the worth of the goods, and the delivery if it is due.
       */
      refund: {
        type: 'object',
        optional: true,
        props: { amount: minorUnits, shipping: { ...minorUnits, optional: true } },
      },
      note,
    },
    problems: ['not-found', 'wrong-state', 'not-returnable', 'refund-too-high'],
  },
  refuseReturn: {
    ...step,
    summary: 'Refuse a return',
    rest: 'POST /v1/admin/orders/:id/returns/:returnId/refuse',
    params: { id, returnId: anyId, reason: text },
  },
  replay: {
    ...step,
    summary: 'Retry a parked order',
    rest: 'POST /v1/admin/orders/:id/replay',
    params: { id },
  },
  decide: {
    ...step,
    summary: 'End a parked order: reject it, or skip the step that fails',
    rest: 'POST /v1/admin/orders/:id/decide',
    params: { id, ...decision },
  },
} as const;
