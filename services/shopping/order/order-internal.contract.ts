import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { anyId, idRule } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { invoiceOrder } from '../invoice/invoice.contract.ts';
import { bookedParts, decision, item, orderViewRule, status, timelineEntry } from './order.rules.ts';

const orderId = idRule('ord');

const booked = {
  id: 'string',
  rev: 'number',
  customerId: 'string',
  idemKey: 'string',
  /** Null on orders from before there were claims. */
  cartClaim: { type: 'string', nullable: true },
  status,
  items: { type: 'array', items: item },
  coupons: { type: 'array', items: 'string' },
  /** It has an invoice, or is about to be given one; false on orders from before credit notes. */
  invoiced: 'boolean',
  total: moneyRule,
  captured: moneyRule,
  /** What was paid for each line and for the delivery, in minor units. */
  paid: { ...bookedParts, nullable: false },
  refunds: {
    type: 'array',
    items: {
      type: 'object',
      props: { id: 'string', amount: moneyRule, status: 'string', parts: bookedParts },
    },
  },
  /** What the bank has taken back for the cardholder, in minor units. */
  chargedBack: { type: 'number', integer: true, min: 0 },
  /** Steps that staff has decided to go on without. */
  skipped: { type: 'array', items: 'string' },
  returns: {
    type: 'array',
    items: {
      type: 'object',
      props: { id: 'string', restock: 'string', approved: { type: 'array', items: item } },
    },
  },
  /** Ids of what the outbox still has. */
  outbox: { type: 'array', items: 'string' },
  settled: 'boolean',
  parked: 'boolean',
  createdAt: 'string',
  changedAt: 'string',
} as const;

/** What other services, and operators, ask of orders; part of the `order` contract. */
export const orderInternals = {
  resume: {
    ...internal,
    summary: 'Continue an order now, as there may be news of its payment',
    params: { orderId },
  },
  reconcile: {
    ...internal,
    summary: "Reconcile an order with the payment provider, by its id or by the provider's reference of its charge",
    params: { orderId: { ...orderId, optional: true }, reference: 'string|optional' },
  },
  parked: {
    ...internal,
    summary: 'List the orders that wait for an operator',
    params: {},
    returns: {
      type: 'object',
      props: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            props: { id: 'string', status, at: 'string', step: 'string', decision: 'string', error: 'string' },
          },
        },
      },
    },
  },
  unpark: {
    ...internal,
    summary: 'Retry a parked order',
    params: { orderId },
    problems: ['not-found'],
  },
  decideParked: {
    ...internal,
    summary: 'End a parked order as an operator decided',
    params: { orderId, ...decision },
    problems: ['not-found', 'wrong-state'],
  },
  exists: {
    ...internal,
    summary: 'Check that an order exists',
    params: { orderId },
    returns: 'boolean',
  },
  byCartClaim: {
    ...internal,
    summary: 'Get the order that was made of this generation of a cart, if there is one',
    params: { cartClaim: 'string' },
    returns: {
      type: 'object',
      nullable: true,
      props: { id: 'string', status, items: { type: 'array', items: item } },
    },
  },
  bought: {
    ...internal,
    summary: 'Check that a customer has bought a product: paid, and not cancelled',
    params: { customerId: idRule('cus'), productId: anyId },
    returns: 'boolean',
  },
  timeline: {
    summary: 'Get the timeline of one of my orders after the entry `after`',
    visibility: 'public',
    auth: 'customer',
    idempotent: true,
    params: { id: anyId, after: { type: 'number', integer: true, min: 0, optional: true } },
    returns: {
      type: 'object',
      props: { status, final: 'boolean', events: { type: 'array', items: timelineEntry } },
    },
    problems: ['not-found'],
  },
  forInvoice: {
    ...internal,
    summary: 'Get the invoice data of an order, and mark the order as invoiced',
    params: { id: anyId, customerId: { ...idRule('cus'), optional: true } },
    returns: invoiceOrder,
    problems: ['not-found', 'wrong-state'],
  },
  open: {
    ...internal,
    summary: 'List the open orders of a customer: neither shipped nor ended',
    params: { customerId: idRule('cus') },
    returns: { type: 'object', props: { orders: { type: 'array', items: 'string' } } },
  },
  export: {
    ...internal,
    summary: 'Export the orders of a customer, newest first',
    params: { customerId: idRule('cus'), ...pageParams },
    returns: pageOf(orderViewRule),
  },
  erase: {
    ...internal,
    summary: 'Anonymise the orders of a customer, and cancel those under way',
    params: { customerId: idRule('cus') },
    problems: ['unavailable'],
  },
  books: {
    ...internal,
    summary: 'Page through all orders for the auditor, by id',
    params: auditPageParams,
    returns: auditPageOf(booked),
  },
} as const;
