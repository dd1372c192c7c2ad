import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, ownData, staff } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { postalAddress } from '../../customer/account/customer.rules.ts';
import { anyId, idRule, shopperId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { bookedParts, item, refundLines } from '../order/order.rules.ts';
import { documentFormat, invoiceOrder } from './invoice.contract.ts';

const number = { type: 'string', pattern: /^CN-\d{4}-\d{6,12}$/, max: 20 } as const;

const view = named('CreditNote', {
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
      items: named('CreditNoteItem', {
        type: 'object',
        props: { title: 'string', variant: 'string', sku: 'string', quantity: 'number' },
      }),
    },
    /** The credited amounts by line. Absent on credit notes from before refunds had lines, as is `shipping`. */
    lines: {
      type: 'array',
      optional: true,
      items: named('CreditNoteLine', {
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
      }),
    },
    shipping: { ...moneyRule, optional: true },
    amount: moneyRule,
    /** The amount by tax rate, in basis points; `gross` contains `tax`. */
    taxes: {
      type: 'array',
      items: named('CreditNoteTax', { type: 'object', props: { rate: 'number', gross: moneyRule, tax: moneyRule } }),
    },
  },
});
const list = named('CreditNoteList', { type: 'object', props: { items: { type: 'array', items: view } } });

const customer = { ...ownData, guest: 'order', idempotent: true, problems: ['not-found'] } as const;
const byStaff = {
  ...staff('orders:read'),
  idempotent: true,
  problems: ['not-found'],
} as const;
/** The response is a document, not JSON. */
const document = { returns: 'any', produces: ['application/pdf', 'text/html'], headers: { accept: 'Accept' } } as const;

export const creditNote = contract(
  'credit-note',
  {
    list: {
      ...customer,
      summary: 'List the credit notes of one of my orders, oldest first',
      rest: 'GET /v1/orders/:id/credit-notes',
      params: { id: anyId },
      returns: list,
    },
    get: {
      ...customer,
      ...document,
      summary: 'Get a credit note of one of my orders, as PDF or HTML',
      rest: 'GET /v1/orders/:id/credit-notes/:number',
      params: { id: anyId, number, ...documentFormat },
    },
    staffList: {
      ...byStaff,
      summary: 'List the credit notes of an order, oldest first',
      rest: 'GET /v1/admin/orders/:id/credit-notes',
      params: { id: anyId },
      returns: list,
    },
    staffGet: {
      ...byStaff,
      ...document,
      summary: 'Get a credit note of an order, as PDF or HTML',
      rest: 'GET /v1/admin/orders/:id/credit-notes/:number',
      params: { id: anyId, number, ...documentFormat },
    },
    search: {
      ...byStaff,
      summary: "List the credit notes of a year (by default this year in the shop's time zone), newest first",
      rest: 'GET /v1/admin/credit-notes',
      params: { year: { type: 'number', integer: true, min: 2000, max: 9999, optional: true }, ...pageParams },
      returns: pageOf(view),
    },
    ofOrder: {
      ...internal,
      summary: 'List the credit notes of an order',
      params: { orderId: anyId },
      returns: list,
    },
    issue: {
      ...internal,
      summary: 'Issue the credit note of a refund, once for each refund',
      params: {
        refundId: 'string',
        amount: moneyRule,
        /** The parts of the amount by line, in minor units, and `shipping` for the delivery. */
        lines: { ...refundLines, min: 0, optional: true },
        shipping: { type: 'number', integer: true, min: 0, optional: true },
        /** Returned goods. */
        items: { type: 'array', items: item },
        /** The order was cancelled. If it has no invoice, it needs no credit note. */
        cancellation: 'boolean',
        /** Whether the order has an invoice, or is about to get one. */
        invoiced: 'boolean',
        order: invoiceOrder,
      },
      returns: { type: 'object', props: { number: { type: 'string', nullable: true } } },
    },
    export: {
      ...internal,
      summary: 'Export the credit notes of a customer',
      params: { customerId: shopperId },
      returns: {
        type: 'object',
        props: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              props: { ...view.props, seller: 'string', billingAddress: { ...postalAddress, optional: true } },
            },
          },
        },
      },
    },
    erase: {
      ...internal,
      summary: 'Remove name and address from the credit notes of a customer; numbers and amounts stay',
      params: { customerId: shopperId, orderId: { ...idRule('ord'), optional: true } },
    },
    assign: {
      summary: 'Give the credit notes of an order to the account that has claimed it',
      ...internal,
      params: { orderId: idRule('ord'), customerId: idRule('cus') },
    },
    books: {
      ...internal,
      summary: 'Page through all credit notes for the auditor, by number',
      params: auditPageParams,
      returns: auditPageOf({
        id: 'string',
        year: 'number',
        seq: 'number',
        orderId: 'string',
        refundId: 'string',
        amount: moneyRule,
        /** The sum of the amounts by tax rate, in minor units. */
        taxed: 'number',
        parts: bookedParts,
      }),
    },
  },
  {},
);
