import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { postalAddress } from '../../customer/account/customer.rules.ts';
import { anyId, idRule } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { shippingRule, taxesRule, taxRule, totalsRule } from '../../shared/priced-rules.ts';

/** What an invoice freezes of an order. */
export const invoiceOrder = {
  type: 'object',
  props: {
    id: 'string',
    number: 'string',
    customerId: 'string',
    createdAt: 'string',
    paidAt: 'string',
    currency: 'string',
    lines: {
      type: 'array',
      items: {
        type: 'object',
        props: {
          sku: 'string',
          title: 'string',
          variant: 'string',
          quantity: 'number',
          unitPrice: moneyRule,
          lineTotal: moneyRule,
          discount: moneyRule,
          tax: taxRule,
          total: moneyRule,
        },
      },
    },
    shipping: shippingRule,
    discounts: { type: 'array', items: { type: 'object', props: { code: 'string', amount: moneyRule } } },
    taxes: taxesRule,
    totals: totalsRule,
    billingAddress: postalAddress,
  },
} as const;

/** How a paper is asked for. */
export const paperFormat = {
  /** Left out: a page for clients that accept text/html, else a PDF. */
  format: { type: 'enum', values: ['pdf', 'html'], optional: true },
  accept: { type: 'string', optional: true },
} as const;
/** A document, and no JSON. */
const paper = {
  visibility: 'published',
  idempotent: true,
  headers: { accept: 'Accept' },
  params: { id: anyId, ...paperFormat },
  returns: 'any',
  produces: ['application/pdf', 'text/html'],
  problems: ['not-found', 'wrong-state'],
} as const;

const brief = {
  type: 'object',
  props: { number: 'string', orderId: 'string', issuedAt: 'string', total: moneyRule },
} as const;

export const invoice = contract(
  'invoice',
  {
    get: {
      ...paper,
      summary: 'The invoice of one of my orders, as a PDF or as a page',
      auth: 'customer',
      rest: 'GET /v1/orders/:id/invoice',
    },
    staffGet: {
      ...paper,
      summary: "The invoice of a customer's order, as a PDF or as a page",
      auth: 'staff',
      scope: 'orders:read',
      rest: 'GET /v1/admin/orders/:id/invoice',
    },
    forCredit: {
      summary: "What a credit note has of an order's invoice; null when there is none and none is to be issued",
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { order: invoiceOrder, issue: 'boolean' },
      returns: {
        type: 'object',
        nullable: true,
        props: {
          number: 'string',
          issuedAt: 'string',
          order: invoiceOrder,
        },
      },
    },
    issue: {
      summary: "Number an order's invoice; again for the same order changes nothing",
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { order: invoiceOrder },
      returns: { type: 'object', props: { number: 'string' } },
    },
    list: {
      summary: "Invoices of a year, of this one in the shop's time zone unless it is given, the newest first",
      visibility: 'published',
      auth: 'staff',
      scope: 'orders:read',
      idempotent: true,
      rest: 'GET /v1/admin/invoices',
      params: { year: { type: 'number', integer: true, min: 2000, max: 9999, optional: true }, ...pageParams },
      returns: pageOf(brief),
    },
    export: {
      summary: 'The invoices of a customer',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId: idRule('cus') },
      returns: {
        type: 'object',
        props: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              props: { number: 'string', issuedAt: 'string', seller: 'string', order: invoiceOrder },
            },
          },
        },
      },
    },
    erase: {
      summary: 'Take name and address out of the invoices of a customer; numbers and amounts stay',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { customerId: idRule('cus') },
    },
    books: {
      summary: 'All invoices as the auditor needs them, page by page by number',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: booksParams,
      returns: booksOf({ id: 'string', year: 'number', seq: 'number', orderId: 'string' }),
    },
  },
  {},
);
