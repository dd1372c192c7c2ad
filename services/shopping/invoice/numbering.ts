import type { InferRule } from '../../../lib/infer.ts';
import type { Store } from '../../../mixins/store.ts';
import type { invoiceOrder } from '../invoice.contract.ts';

export type InvoiceOrder = InferRule<typeof invoiceOrder>;

/** An invoice, as it was issued: it never changes. */
export interface Invoice {
  /** Its number, such as 2026-000001. */
  _id: string;
  rev: number;
  year: number;
  /** From 1 on in each year (UTC). */
  seq: number;
  /** Unique: an order has one invoice. */
  orderId: string;
  issuedAt: Date;
  /** Name and address of the shop as they were then, parts separated by commas. */
  seller: string;
  order: InvoiceOrder;
}

type Invoices = Pick<Store<Invoice>, 'insert' | 'find' | 'findOne'>;

/** Races lost in a row after which something else must be wrong. */
const TRIES = 1000;

/**
 * Issues an order's invoice under the next number of the year; a known order has its invoice already. The only write is
 * one insert that carries both the number and the order, each unique, of the number after the highest there is: so no
 * number is left out, none is given twice, and a crash leaves either all of it or nothing. Whoever loses the race for a
 * number tries the next one.
 */
export async function issue(order: InvoiceOrder, seller: string, now: Date, invoices: Invoices): Promise<Invoice> {
  const year = now.getUTCFullYear();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const known = await invoices.findOne({ orderId: order.id });
    if (known) return known;
    const [last] = await invoices.find({ year }, { sort: { seq: -1 }, limit: 1, fields: ['seq'] });
    const seq = (last?.seq ?? 0) + 1;
    const draft = { _id: numberOf(year, seq), year, seq, orderId: order.id, issuedAt: now, seller, order };
    if (await invoices.insert(draft)) return { ...draft, rev: 0 };
  }
  throw new Error(`${order.id} got no invoice number in ${TRIES} tries`);
}

const numberOf = (year: number, seq: number) => `${year}-${String(seq).padStart(6, '0')}`;

/** Runs tasks one after the other: those of one process need not race each other. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task, task);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
