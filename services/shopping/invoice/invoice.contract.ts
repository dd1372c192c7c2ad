import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, staff } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { postalAddress } from '../../customer/account/customer.rules.ts';
import { anyId, idRule, shopperId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { destinationRule, shippingRule, taxesRule, taxRule, totalsRule } from '../../shared/priced-rules.ts';

/** The data of an order that its invoice stores. */
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
    /** Absent when nothing is shipped and the customer has sent no address. */
    billingAddress: { ...postalAddress, optional: true },
    destination: { ...destinationRule, optional: true },
    isReverseCharge: 'boolean|optional',
  },
} as const;

/** The parameters that choose the format of a document. */
export const documentFormat = {
  /** Default: HTML for clients that accept text/html, else a PDF. */
  format: named('DocumentFormat', { type: 'enum', values: ['pdf', 'html'], optional: true }),
  accept: { type: 'string', optional: true },
} as const;
/** The response is a document, not JSON. */
const document = {
  visibility: 'published',
  idempotent: true,
  headers: { accept: 'Accept' },
  params: { id: anyId, ...documentFormat },
  returns: 'any',
  produces: ['application/pdf', 'text/html'],
  problems: ['not-found', 'wrong-state'],
} as const;

const invoiceSummary = named('Invoice', {
  type: 'object',
  props: { number: 'string', orderId: 'string', issuedAt: 'string', total: moneyRule },
});

export const invoice = contract(
  'invoice',
  {
    get: {
      ...document,
      summary: 'Get the invoice of one of my orders, as PDF or HTML',
      auth: 'customer',
      guest: 'order',
      rest: 'GET /v1/orders/:id/invoice',
    },
    staffGet: {
      ...document,
      summary: "Get the invoice of a customer's order, as PDF or HTML",
      auth: 'staff',
      scope: 'orders:read',
      rest: 'GET /v1/admin/orders/:id/invoice',
    },
    forCredit: {
      summary: 'Get the invoice data of an order that a credit note needs; null without an invoice and `issue`',
      ...internal,
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
      summary: 'Issue the invoice of an order, once for each order',
      ...internal,
      params: { order: invoiceOrder },
      returns: { type: 'object', props: { number: 'string' } },
    },
    list: {
      summary: "List the invoices of a year (by default this year in the shop's time zone), newest first",
      ...staff('orders:read'),
      idempotent: true,
      rest: 'GET /v1/admin/invoices',
      params: { year: { type: 'number', integer: true, min: 2000, max: 9999, optional: true }, ...pageParams },
      returns: pageOf(invoiceSummary),
    },
    export: {
      summary: 'Export the invoices of a customer',
      ...internal,
      params: { customerId: shopperId },
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
      summary: 'Remove name and address from the invoices of a customer; numbers and amounts stay',
      ...internal,
      params: { customerId: shopperId, orderId: { ...idRule('ord'), optional: true } },
    },
    assign: {
      summary: 'Give the invoice of an order to the account that has claimed it',
      ...internal,
      params: { orderId: idRule('ord'), customerId: idRule('cus') },
    },
    books: {
      summary: 'Page through all invoices for the auditor, by number',
      ...internal,
      params: auditPageParams,
      returns: auditPageOf({ id: 'string', year: 'number', seq: 'number', orderId: 'string' }),
    },
  },
  {},
);
