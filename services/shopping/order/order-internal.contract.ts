import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
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
    summary: 'Drive an order on now: something may have become known of its payment',
    params: { orderId },
  },
  reconcile: {
    ...internal,
    summary:
      "Make an order agree with the payment provider's books: of its id, or of what the provider calls its charge",
    params: { orderId: { ...orderId, optional: true }, reference: 'string|optional' },
  },
  parked: {
    ...internal,
    summary: 'Orders that wait for an operator',
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
    summary: 'Take up a parked order again',
    params: { orderId },
    problems: ['not-found'],
  },
  decideParked: {
    ...internal,
    summary: 'End a parked order where it is stuck, as an operator decided',
    params: { orderId, ...decision },
    problems: ['not-found', 'wrong-state'],
  },
  exists: {
    ...internal,
    summary: 'Whether there is such an order',
    params: { orderId },
    returns: 'boolean',
  },
  byCartClaim: {
    ...internal,
    summary: 'The order that is made of this generation of a cart, if there is one',
    params: { cartClaim: 'string' },
    returns: {
      type: 'object',
      nullable: true,
      props: { id: 'string', status, items: { type: 'array', items: item } },
    },
  },
  bought: {
    ...internal,
    summary: 'Whether a customer has paid for a product in an order that was not cancelled, returned or not',
    params: { customerId: idRule('cus'), productId: anyId },
    returns: 'boolean',
  },
  timeline: {
    summary: 'What happened to one of my orders after the entry `after`',
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
    summary: "What an invoice says of an order, of that customer's if one is given; the order notes that it has one",
    params: { id: anyId, customerId: { ...idRule('cus'), optional: true } },
    returns: invoiceOrder,
    problems: ['not-found', 'wrong-state'],
  },
  open: {
    ...internal,
    summary: 'The orders of a customer that are neither shipped nor given up',
    params: { customerId: idRule('cus') },
    returns: { type: 'object', props: { orders: { type: 'array', items: 'string' } } },
  },
  export: {
    ...internal,
    summary: 'The orders of a customer, newest first',
    params: { customerId: idRule('cus'), ...pageParams },
    returns: pageOf(orderViewRule),
  },
  erase: {
    ...internal,
    summary: 'Take the person out of the orders of a customer who is gone, and cancel what was under way',
    params: { customerId: idRule('cus') },
    problems: ['unavailable'],
  },
  books: {
    ...internal,
    summary: 'All orders as the auditor needs them, page by page by id',
    params: booksParams,
    returns: booksOf(booked),
  },
} as const;
