import { yearIn } from '../../../lib/contract/time-zone.ts';
import type { Store } from '../../../mixins/store/store.ts';

/** The fields of every numbered document: an invoice or a credit note. */
export interface NumberedDocument {
  /** The number, such as 2026-000001. */
  _id: string;
  rev: number;
  /** In the shop's time zone. */
  year: number;
  /** From 1 on in each year. */
  seq: number;
  orderId: string;
  issuedAt: Date;
  /** Name and address of the shop at the time of issue, parts separated by commas. */
  seller: string;
  /** The VAT id of the shop at that time, if it had one. */
  sellerVatId?: string;
  /** The time zone of its dates. Absent on documents from before there was a setting: UTC. */
  timeZone?: string;
}

/** The shop's settings that each document shows. */
export interface Issuer {
  seller: string;
  timeZone: string;
  sellerVatId?: string;
}

type DocumentStore<D extends NumberedDocument> = Pick<Store<D>, 'insert' | 'find'>;
type DocumentHeader = Pick<NumberedDocument, '_id' | 'year' | 'seq' | 'issuedAt' | 'seller' | 'sellerVatId'> & {
  timeZone: string;
};

/** More lost races in a row than this are a bug. */
const MAX_NUMBERING_ATTEMPTS = 1000;

/**
 * Issues a document under the next number of the year, unless `findIssued` finds it. The only write is an insert under
 * two unique keys: the number, which is one above the highest, and the subject of the document. So no number is left
 * out or given twice, and a crash leaves all of it or nothing. After a lost race for a number it looks again, and tries
 * the next number.
 * @param prefix of the number, such as `CN-`
 * @param findIssued finds the document if it was issued before
 * @param draftOf makes the document under a number
 */
export async function issueDocument<D extends NumberedDocument>(
  prefix: string,
  { seller, timeZone, sellerVatId }: Issuer,
  now: Date,
  documents: DocumentStore<D>,
  findIssued: () => Promise<D | null>,
  draftOf: (header: DocumentHeader) => Promise<Omit<D, 'rev'>>,
): Promise<D> {
  const year = yearIn(now, timeZone);
  for (let attempt = 0; attempt < MAX_NUMBERING_ATTEMPTS; attempt += 1) {
    const issued = await findIssued();
    if (issued) return issued;
    const [last] = await documents.find({ year }, { sort: { seq: -1 }, limit: 1, fields: ['seq'] });
    const seq = (last?.seq ?? 0) + 1;
    const _id = `${prefix}${year}-${String(seq).padStart(6, '0')}`;
    const draft = await draftOf({
      _id,
      year,
      seq,
      issuedAt: now,
      seller,
      timeZone,
      ...(sellerVatId && { sellerVatId }),
    });
    if (await documents.insert(draft)) return { ...draft, rev: 0 } as D;
  }
  throw new Error(`no number was free in ${MAX_NUMBERING_ATTEMPTS} attempts`);
}

/** Runs tasks one after the other, so that those of one process do not race for a number. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task, task);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
