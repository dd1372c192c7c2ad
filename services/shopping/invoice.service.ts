import { readPage } from '../../lib/books.ts';
import type { Config } from '../../lib/config.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../lib/page.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { erasedAddress } from './erased.ts';
import { CONTENT_SECURITY_POLICY, invoiceHtml } from './invoice/html.ts';
import { type Invoice, issue, Queue } from './invoice/numbering.ts';
import { invoicePdf } from './invoice/pdf.ts';
import { sheetOf } from './invoice/sheet.ts';
import { invoice } from './invoice.contract.ts';

export default function invoiceService(config: Config) {
  const queue = new Queue();

  return service<{ store: Store<Invoice> }>()(invoice, config, {
    mixins: [
      store<Invoice>(config, {
        node: 'shopping',
        collection: 'invoices',
        indexes: [
          { fields: { orderId: 1 }, unique: true },
          { fields: { year: 1, seq: -1 } },
          { fields: { 'order.customerId': 1 } },
        ],
      }),
    ],

    handlers: {
      async get(ctx) {
        const { id, accept = '' } = ctx.params;
        const { format = /\btext\/html\b/i.test(accept) ? 'html' : 'pdf' } = ctx.params;
        const { user } = ctx.meta;
        const known = await this.store.findOne({ orderId: id });
        const isTheirs = user && (user.role !== 'customer' || known?.order.customerId === user.id);
        // Says no to whom the order is none of their business, and while it is not paid.
        const order = known && isTheirs ? known.order : await ctx.call('order.forInvoice', { id });
        const issued = await queue.run(() => issue(order, config.seller, new Date(), this.store));
        const sheet = sheetOf(issued);
        if (format === 'html') {
          ctx.meta.$responseType = 'text/html; charset=utf-8';
          ctx.meta.$responseHeaders = { 'Content-Security-Policy': CONTENT_SECURITY_POLICY };
          return invoiceHtml(sheet);
        }
        ctx.meta.$responseType = 'application/pdf';
        ctx.meta.$responseHeaders = { 'Content-Disposition': `inline; filename="invoice-${issued._id}.pdf"` };
        return invoicePdf(sheet);
      },

      async issue(ctx) {
        const { order } = ctx.params;
        const { _id: number } = await queue.run(() => issue(order, config.seller, new Date(), this.store));
        return { number };
      },

      async list(ctx) {
        const { year = new Date().getUTCFullYear(), limit = DEFAULT_LIMIT, cursor } = ctx.params;
        const before = cursor === undefined ? {} : { seq: { $lt: Number(decodeCursor(cursor, ['number'])[0]) } };
        const found = await this.store.find({ year, ...before }, { sort: { seq: -1 }, limit: limit + 1 });
        const { items, nextCursor } = page(found, limit, ({ seq }) => [seq]);
        const brief = ({ _id: number, orderId, issuedAt, order }: Invoice) => ({
          number,
          orderId,
          issuedAt: issuedAt.toISOString(),
          total: order.totals.total,
        });
        return { items: items.map(brief), nextCursor };
      },

      async export(ctx) {
        const found = await this.store.find({ 'order.customerId': ctx.params.customerId }, { sort: { _id: 1 } });
        const items = found.map(({ _id: number, issuedAt, seller, order }) => ({
          number,
          issuedAt: issuedAt.toISOString(),
          seller,
          order,
        }));
        return { items };
      },

      async erase(ctx) {
        const found = await this.store.find({ 'order.customerId': ctx.params.customerId }, { fields: ['_id'] });
        for (const { _id } of found) {
          await this.store.change(_id, ({ order }) => ({
            answer: undefined,
            patch: { 'order.billingAddress': erasedAddress(order.billingAddress) },
          }));
        }
        await this.store.purge();
      },

      books(ctx) {
        return readPage(this.store, ctx.params, ({ _id: id, year, seq, orderId }) => ({ id, year, seq, orderId }));
      },
    },
  });
}
