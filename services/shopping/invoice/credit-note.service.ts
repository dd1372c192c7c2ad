import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { anonymiseDocuments, assignDocuments } from './anonymise-documents.ts';
import { creditNote } from './credit-note.contract.ts';
import { type CreditNote, issueCreditNote } from './credit-note.ts';
import { creditNoteContent } from './credit-note-content.ts';
import { respondWithDocument } from './document-response.ts';
import { documentsOfYear } from './documents-of-year.ts';
import { SerialQueue } from './numbering.ts';

export default function creditNoteService(config: Config) {
  const queue = new SerialQueue();

  return service(creditNote, config, {
    mixins: [
      store<CreditNote>(config, {
        node: 'shopping',
        collection: 'credit-notes',
        indexes: [
          { fields: { refundId: 1 }, unique: true },
          { fields: { orderId: 1, nth: 1 }, unique: true },
          { fields: { year: 1, seq: -1 } },
          { fields: { 'order.customerId': 1 } },
        ],
      }),
    ],

    handlers: {
      async list(ctx) {
        // Fails for another customer's order.
        await ctx.call('order.checkAccess', { id: ctx.params.id });
        return { items: (await creditNotesOf(this.store, ctx.params.id)).map(viewOf) };
      },

      async get(ctx) {
        const { id, number, ...request } = ctx.params;
        // Fails for another customer's order.
        await ctx.call('order.checkAccess', { id });
        const note = await this.store.findOne({ _id: number, orderId: id });
        return respondWithDocument(ctx, request, creditNoteContent(requireFound(note)));
      },

      async staffList(ctx) {
        await ctx.call('order.read', { id: ctx.params.id });
        return { items: (await creditNotesOf(this.store, ctx.params.id)).map(viewOf) };
      },

      async staffGet(ctx) {
        const { id, number, ...request } = ctx.params;
        const note = await this.store.findOne({ _id: number, orderId: id });
        return respondWithDocument(ctx, request, creditNoteContent(requireFound(note)));
      },

      async search(ctx) {
        const { items, nextCursor } = await documentsOfYear(this.store, ctx.params, config.timeZone);
        return { items: items.map(viewOf), nextCursor };
      },

      async ofOrder(ctx) {
        return { items: (await creditNotesOf(this.store, ctx.params.orderId)).map(viewOf) };
      },

      async issue(ctx) {
        const { order, cancellation, invoiced, ...credit } = ctx.params;
        const issued = await this.store.findOne({ refundId: credit.refundId });
        if (issued) return { number: issued._id };
        const invoice = await ctx.call('invoice.forCredit', { order, issue: invoiced || !cancellation });
        if (!invoice) return { number: null };
        const request = { ...credit, isCancellation: cancellation, invoice };
        const note = await queue.run(() => issueCreditNote(request, config, new Date(), this.store));
        return { number: note._id };
      },

      async export(ctx) {
        const found = await this.store.find({ 'order.customerId': ctx.params.customerId }, { sort: { _id: 1 } });
        const items = found.map((note) => ({
          ...viewOf(note),
          seller: note.seller,
          ...(note.order.billingAddress ? { billingAddress: note.order.billingAddress } : {}),
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
        return readAuditPage(
          this.store,
          ctx.params,
          ({ _id: id, year, seq, orderId, refundId, amount, lines, shipping, taxes }) => ({
            ...{
              id,
              year,
              seq,
              orderId,
              refundId,
              amount,
              taxed: taxes.reduce((sum, { gross }) => sum + gross.amount, 0),
            },
            parts: lines
              ? {
                  lines: lines.map((line) => ({ sku: line.sku, amount: line.amount.amount })),
                  shipping: shipping?.amount ?? 0,
                }
              : null,
          }),
        );
      },
    },
  });
}

const creditNotesOf = (notes: Store<CreditNote>, orderId: string) => notes.find({ orderId }, { sort: { nth: 1 } });

/** @throws not-found */
function requireFound(note: CreditNote | null): CreditNote {
  if (!note) throw errors.notFound('This credit note');
  return note;
}

const viewOf = ({
  _id: number,
  orderId,
  refundId,
  issuedAt,
  invoice,
  isCancellation: cancellation,
  items,
  lines,
  shipping,
  amount,
  taxes,
}: CreditNote) => ({
  ...{ number, orderId, refundId, issuedAt: issuedAt.toISOString(), invoice: invoice.number },
  ...{ cancellation, items, amount, taxes },
  ...(lines ? { lines } : {}),
  ...(shipping ? { shipping } : {}),
});
