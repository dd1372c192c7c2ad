import type { InferRule } from '../../../lib/contract/infer.ts';
import { yearIn } from '../../../lib/contract/time-zone.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { invoiceOrder } from './invoice.contract.ts';

export type InvoiceOrder = InferRule<typeof invoiceOrder>;

/** What every numbered paper has. */
export interface NumberedDocument {
  /** Its number, such as 2026-000001. */
  _id: string;
  rev: number;
  /** In the shop's time zone. */
  year: number;
  /** From 1 on in each year. */
  seq: number;
  orderId: string;
  issuedAt: Date;
  /** Name and address of the shop as they were then, parts separated by commas. */
  seller: string;
  /** Whose days its dates are; UTC on papers from before there was a setting. */
  timeZone?: string;
}

/** An invoice, as it was issued: it never changes. `orderId` is unique: an order has one invoice. */
export interface Invoice extends NumberedDocument {
  order: InvoiceOrder;
}

/** What the shop's settings say on each paper. */
export interface Issuer {
  seller: string;
  timeZone: string;
}

type DocumentStore<P extends NumberedDocument> = Pick<Store<P>, 'insert' | 'find'>;
type DocumentHeader = Pick<NumberedDocument, '_id' | 'year' | 'seq' | 'issuedAt' | 'seller'> & { timeZone: string };

/** Races lost in a row after which something else must be wrong. */
const MAX_NUMBERING_ATTEMPTS = 1000;

/**
 * Issues a paper under the next number of the year; a known one stays as it is. The only write is one insert that
 * carries both the number and what the paper is for, each unique, of the number after the highest there is: so no
 * number is left out, none is given twice, and a crash leaves either all of it or nothing. Who loses the race for a
 * number tries the next one, and looks again whether the paper is known.
 */
export async function issueDocument<P extends NumberedDocument>(
  prefix: string,
  { seller, timeZone }: Issuer,
  now: Date,
  papers: DocumentStore<P>,
  known: () => Promise<P | null>,
  draftOf: (numbered: DocumentHeader) => Promise<Omit<P, 'rev'>>,
): Promise<P> {
  const year = yearIn(now, timeZone);
  for (let tries = 0; tries < MAX_NUMBERING_ATTEMPTS; tries += 1) {
    const found = await known();
    if (found) return found;
    const [last] = await papers.find({ year }, { sort: { seq: -1 }, limit: 1, fields: ['seq'] });
    const seq = (last?.seq ?? 0) + 1;
    const _id = `${prefix}${year}-${String(seq).padStart(6, '0')}`;
    const draft = await draftOf({ _id, year, seq, issuedAt: now, seller, timeZone });
    if (await papers.insert(draft)) return { ...draft, rev: 0 } as P;
  }
  throw new Error(`a paper got no number in ${MAX_NUMBERING_ATTEMPTS} tries`);
}

type InvoiceStore = Pick<Store<Invoice>, 'insert' | 'find' | 'findOne'>;

/** Issues an order's invoice; a known order has its invoice already. */
export function issueInvoice(order: InvoiceOrder, issuer: Issuer, now: Date, invoices: InvoiceStore): Promise<Invoice> {
  const known = () => invoices.findOne({ orderId: order.id });
  return issueDocument(
    '',
    issuer,
    now,
    invoices,
    known,
    async (numbered): Promise<Omit<Invoice, 'rev'>> => ({ ...numbered, orderId: order.id, order }),
  );
}

/** Runs tasks one after the other: those of one process need not race each other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task, task);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
