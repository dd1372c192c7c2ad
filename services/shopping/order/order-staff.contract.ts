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
/** A step that is asked for again changes nothing. */
const step = { ...byStaff, idempotent: true, problems: ['not-found', 'wrong-state'] } as const;
const id = anyId;
const text = textLines;
const note = { ...text, optional: true } as const;
const minorUnits = { type: 'number', integer: true, min: 0 } as const;
const name = staffLine;

/** What staff does with orders; part of the `order` contract. */
export const orderStaffActions = {
  search: {
    summary: 'Search the orders of all customers, newest first',
    ...staff('orders:read'),
    idempotent: true,
    rest: 'GET /v1/admin/orders',
    params: {
      status: { ...status, optional: true },
      /** Only those that wait for an operator, with the error that they fail by. */
      parked: { type: 'boolean', optional: true },
      /** Only those with something that staff has to see to: a refund that failed, a payment that is disputed. */
      attention: { type: 'boolean', optional: true },
      number: { ...orderNumberRule, optional: true },
      /** Of the account that has this e-mail address now. */
      email: { ...email, optional: true },
      customerId: { ...anyId, optional: true },
      /** Placed from this moment, or the beginning of this day in the shop's time zone, on. */
      from: { ...timeOrDayRule, optional: true },
      /** Placed before this moment, or the end of this day. */
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
    summary: 'Get an order, with who did what',
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
      /** The payment of the order is disputed, and it is to be shipped all the same. */
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
      'Correct the shipping address of an order before it is shipped, within its country; its invoice stays as issued',
    rest: 'PUT /v1/admin/orders/:id/address',
    params: { id, address: postalAddressInput },
    problems: [...step.problems, 'invalid-request'],
  },
  deliver: {
    ...step,
    summary: 'Mark an order as delivered',
    rest: 'POST /v1/admin/orders/:id/deliver',
    params: { id, note },
  },
  staffCancel: {
    ...step,
    summary: 'Cancel an order before it is shipped',
    rest: 'POST /v1/admin/orders/:id/cancel',
    params: { id, reason: text },
  },
  refund: {
    ...byStaff,
    summary: 'Refund lines, the delivery, an amount of the whole order, or all that is left of it',
    idempotent: true,
    rest: 'POST /v1/admin/orders/:id/refunds',
    status: 201,
    location: '/v1/admin/orders/{id}',
    headers: { idempotencyKey: 'Idempotency-Key' },
    params: {
      id,
      idempotencyKey: { type: 'string', min: 1, max: 255 },
      /** In minor units of the order's currency. With lines or shipping it can be left out: it is their sum. */
      amount: { ...minorUnits, optional: true },
      lines: { ...refundLines, optional: true },
      /** Of the delivery. */
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
    summary: 'Settle a refund by hand: it was paid by other means, or is not owed any more',
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
    summary: 'Approve a return or a part of it, and refund it',
    idempotent: true,
    rest: 'POST /v1/admin/orders/:id/returns/:returnId/approve',
    params: {
      id,
      returnId: anyId,
      items: { ...itemList, optional: true },
      /** False for what cannot be sold again. */
      restock: { type: 'boolean', optional: true },
      /**
       * What goes back for the goods, from zero to what is left of their lines, and for the delivery (nothing, unless it is
       * said). Left out: what the goods are worth, and the delivery where it is due. In minor units.
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
