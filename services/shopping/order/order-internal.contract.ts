import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { anyId, idRule } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { invoiceOrder } from '../invoice/invoice.contract.ts';
import { bookedParts, decision, item, orderViewRule, status, timelineEntry } from './order.rules.ts';

const orderId = idRule('ord');

const auditedOrder = {
  id: 'string',
  rev: 'number',
  customerId: 'string',
  idemKey: 'string',
  /** Null on orders from before there were claims. */
  cartClaim: { type: 'string', nullable: true },
  /** Of an order that a guest placed. */
  guest: { type: 'object', optional: true, props: { id: 'string', key: 'string', couponHolder: 'string' } },
  status,
  items: { type: 'array', items: item },
  coupons: { type: 'array', items: 'string' },
  /** Whether the order has an invoice, or is about to get one. False on orders from before credit notes. */
  invoiced: 'boolean',
  total: moneyRule,
  captured: moneyRule,
  /** The payment provider that has captured it; null if none has. */
  provider: { type: 'string', nullable: true },
  /** The tries to pay it, each with its key in the payment provider's ledger. */
  tries: { type: 'array', items: { type: 'object', props: { key: 'string', state: 'string' } } },
  /** Until when it can be paid. */
  expiresAt: 'string',
  /** It waits for its customer, and for nothing in the shop. */
  waiting: 'boolean',
  /** The paid amounts of each line and of the delivery, in minor units. */
  paid: { ...bookedParts, nullable: false },
  refunds: {
    type: 'array',
    items: {
      type: 'object',
      props: { id: 'string', amount: moneyRule, status: 'string', parts: bookedParts },
    },
  },
  /** The charged-back amount, in minor units. */
  chargedBack: { type: 'number', integer: true, min: 0 },
  /** Steps that staff has decided to skip. */
  skipped: { type: 'array', items: 'string' },
  returns: {
    type: 'array',
    items: {
      type: 'object',
      props: { id: 'string', restock: 'string', approved: { type: 'array', items: item } },
    },
  },
  /** Ids of the outbox entries. */
  outbox: { type: 'array', items: 'string' },
  settled: 'boolean',
  parked: 'boolean',
  createdAt: 'string',
  changedAt: 'string',
} as const;

/** Other services call these for the customer, or the guest with an order token, whose request they answer. */
const asCaller = { visibility: 'public', auth: 'customer', guest: 'order', idempotent: true } as const;

/** The actions of other services and operators; part of the `order` contract. */
export const orderInternals = {
  resume: {
    ...internal,
    summary: 'Process an order now, as its payment may have an outcome',
    params: { orderId },
  },
  paymentNews: {
    ...internal,
    summary: 'Drive an order on after news of a payment by bank transfer, and mail what is to be paid yet',
    params: { orderId, /** Nothing is to be paid any more. */ isSettled: 'boolean' },
  },
  reconcile: {
    ...internal,
    summary: "Reconcile an order with the payment provider, by its id or by the provider's reference of its charge",
    params: { orderId: { ...orderId, optional: true }, reference: 'string|optional' },
  },
  parked: {
    ...internal,
    summary: 'List the parked orders',
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
    summary: 'End a parked order by the decision of an operator',
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
    summary: 'Get the order that claims this generation of a cart; null if none does',
    params: { cartClaim: 'string' },
    returns: {
      type: 'object',
      nullable: true,
      props: { id: 'string', status, items: { type: 'array', items: item } },
    },
  },
  bought: {
    ...internal,
    summary: 'Check that a customer has purchased a product: the order is paid and not cancelled',
    params: { customerId: idRule('cus'), productId: anyId },
    returns: 'boolean',
  },
  checkAccess: {
    summary: 'Check that the caller may act on an order: it is their own, or they have its order token',
    ...asCaller,
    params: { id: anyId },
    problems: ['not-found'],
  },
  timeline: {
    summary: 'Get the timeline of one of my orders after the entry `after`',
    ...asCaller,
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
    params: { id: anyId },
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
    summary: 'Anonymise the orders of a customer, and cancel those that are not shipped',
    params: { customerId: idRule('cus') },
    problems: ['unavailable'],
  },
  books: {
    ...internal,
    summary: 'Page through all orders for the auditor, by id',
    params: auditPageParams,
    returns: auditPageOf(auditedOrder),
  },
} as const;
