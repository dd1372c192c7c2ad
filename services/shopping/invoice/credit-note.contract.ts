import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { postalAddress } from '../../customer/account/customer.rules.ts';
import { anyId, idRule } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { bookedParts, item, refundLines } from '../order/order.rules.ts';
import { invoiceOrder, paperFormat } from './invoice.contract.ts';

const number = { type: 'string', pattern: /^CN-\d{4}-\d{6,12}$/, max: 20 } as const;

const view = {
  type: 'object',
  props: {
    number: 'string',
    orderId: 'string',
    refundId: 'string',
    issuedAt: 'string',
    /** The number of the invoice that it corrects. */
    invoice: 'string',
    cancellation: 'boolean',
    items: {
      type: 'array',
      items: { type: 'object', props: { title: 'string', variant: 'string', sku: 'string', quantity: 'number' } },
    },
    /** What is credited for which line, and for the delivery. Absent on credit notes from before refunds had lines. */
    lines: {
      type: 'array',
      optional: true,
      items: {
        type: 'object',
        props: {
          title: 'string',
          variant: 'string',
          sku: 'string',
          quantity: 'number|optional',
          /** In basis points. */
          rate: 'number',
          amount: moneyRule,
        },
      },
    },
    shipping: { ...moneyRule, optional: true },
    amount: moneyRule,
    /** What of the amount has which rate, in basis points; `gross` contains `tax`. */
    taxes: {
      type: 'array',
      items: { type: 'object', props: { rate: 'number', gross: moneyRule, tax: moneyRule } },
    },
  },
} as const;
const list = { type: 'object', props: { items: { type: 'array', items: view } } } as const;

const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;
const customer = { visibility: 'published', auth: 'customer', idempotent: true, problems: ['not-found'] } as const;
const staff = {
  visibility: 'published',
  auth: 'staff',
  scope: 'orders:read',
  idempotent: true,
  problems: ['not-found'],
} as const;
/** A document, and no JSON. */
const paper = { returns: 'any', produces: ['application/pdf', 'text/html'], headers: { accept: 'Accept' } } as const;

export const creditNote = contract(
  'credit-note',
  {
    list: {
      ...customer,
      summary: 'The credit notes of one of my orders, in the order of their issue',
      rest: 'GET /v1/orders/:id/credit-notes',
      params: { id: anyId },
      returns: list,
    },
    get: {
      ...customer,
      ...paper,
      summary: 'A credit note of one of my orders, as a PDF or as a page',
      rest: 'GET /v1/orders/:id/credit-notes/:number',
      params: { id: anyId, number, ...paperFormat },
    },
    staffList: {
      ...staff,
      summary: 'The credit notes of an order, in the order of their issue',
      rest: 'GET /v1/admin/orders/:id/credit-notes',
      params: { id: anyId },
      returns: list,
    },
    staffGet: {
      ...staff,
      ...paper,
      summary: 'A credit note of an order, as a PDF or as a page',
      rest: 'GET /v1/admin/orders/:id/credit-notes/:number',
      params: { id: anyId, number, ...paperFormat },
    },
    search: {
      ...staff,
      summary: "Credit notes of a year, of this one in the shop's time zone unless it is given, the newest first",
      rest: 'GET /v1/admin/credit-notes',
      params: { year: { type: 'number', integer: true, min: 2000, max: 9999, optional: true }, ...pageParams },
      returns: pageOf(view),
    },
    ofOrder: {
      ...internal,
      summary: "What corrects an order's invoice",
      params: { orderId: anyId },
      returns: list,
    },
    issue: {
      ...internal,
      summary: "Number a refund's credit note; again for the same refund changes nothing",
      params: {
        refundId: 'string',
        amount: moneyRule,
        /** What of the amount belongs to which line, and to the delivery; in minor units. */
        lines: { ...refundLines, min: 0, optional: true },
        shipping: { type: 'number', integer: true, min: 0, optional: true },
        /** Goods that came back. */
        items: { type: 'array', items: item },
        /** Of a cancelled order: without an invoice there is nothing to correct. */
        cancellation: 'boolean',
        /** Whether the order has an invoice, or somebody is about to be given one. */
        invoiced: 'boolean',
        order: invoiceOrder,
      },
      returns: { type: 'object', props: { number: { type: 'string', nullable: true } } },
    },
    export: {
      ...internal,
      summary: 'The credit notes of a customer',
      params: { customerId: idRule('cus') },
      returns: {
        type: 'object',
        props: {
          items: {
            type: 'array',
            items: { type: 'object', props: { ...view.props, seller: 'string', billingAddress: postalAddress } },
          },
        },
      },
    },
    erase: {
      ...internal,
      summary: 'Take name and address out of the credit notes of a customer; numbers and amounts stay',
      params: { customerId: idRule('cus') },
    },
    books: {
      ...internal,
      summary: 'All credit notes as the auditor needs them, page by page by number',
      params: booksParams,
      returns: booksOf({
        id: 'string',
        year: 'number',
        seq: 'number',
        orderId: 'string',
        refundId: 'string',
        amount: moneyRule,
        /** The sum of its parts by tax rate, in minor units. */
        taxed: 'number',
        parts: bookedParts,
      }),
    },
  },
  {},
);
