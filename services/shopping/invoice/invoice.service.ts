import type { Ctx, Rpc } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { anonymiseDocuments, assignDocuments } from './anonymise-documents.ts';
import { invoiceContent } from './document-content.ts';
import { type DocumentRequest, respondWithDocument } from './document-response.ts';
import { documentsOfYear } from './documents-of-year.ts';
import { invoice } from './invoice.contract.ts';
import { type Invoice, type InvoiceOrder, issueInvoice } from './invoice.ts';
import { SerialQueue } from './numbering.ts';

export default function invoiceService(config: Config) {
  const queue = new SerialQueue();
  const ensureInvoice = (invoices: Store<Invoice>, order: InvoiceOrder) =>
    queue.run(() => issueInvoice(order, config, new Date(), invoices));

  /** The invoice of an order; it is issued now if there is none. @throws not-found; wrong-state before the payment */
  async function getInvoice(invoices: Store<Invoice>, orderId: string, rpc: Rpc): Promise<Invoice> {
    const known = await invoices.findOne({ orderId });
    return known ?? ensureInvoice(invoices, await rpc.call('order.forInvoice', { id: orderId }));
  }

  async function respond(ctx: Ctx<unknown>, request: DocumentRequest, invoice: Invoice) {
    const { items } = await ctx.call('credit-note.ofOrder', { orderId: invoice.orderId });
    return respondWithDocument(ctx, request, invoiceContent(invoice, items));
  }

  return service(invoice, config, {
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
        const { id, ...request } = ctx.params;
        // Fails for another customer's order.
        await ctx.call('order.checkAccess', { id });
        return respond(ctx, request, await getInvoice(this.store, id, ctx));
      },

      async staffGet(ctx) {
        const { id, ...request } = ctx.params;
        return respond(ctx, request, await getInvoice(this.store, id, ctx));
      },

      async issue(ctx) {
        const { _id: number } = await ensureInvoice(this.store, ctx.params.order);
        return { number };
      },

      async forCredit(ctx) {
        const { order } = ctx.params;
        const found = ctx.params.issue
          ? await ensureInvoice(this.store, order)
          : await this.store.findOne({ orderId: order.id });
        if (!found) return null;
        return { number: found._id, issuedAt: found.issuedAt.toISOString(), order: found.order };
      },

      async list(ctx) {
        const { items, nextCursor } = await documentsOfYear(this.store, ctx.params, config.timeZone);
        const summary = ({ _id: number, orderId, issuedAt, order }: Invoice) => ({
          number,
          orderId,
          issuedAt: issuedAt.toISOString(),
          total: order.totals.total,
        });
        return { items: items.map(summary), nextCursor };
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

      erase(ctx) {
        return anonymiseDocuments(this.store, ctx.params);
      },

      assign(ctx) {
        return assignDocuments(this.store, ctx.params);
      },

      books(ctx) {
        return readAuditPage(this.store, ctx.params, ({ _id: id, year, seq, orderId }) => ({ id, year, seq, orderId }));
      },
    },
  });
}
