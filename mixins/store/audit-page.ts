import { countFitting } from '../../lib/contract/page.ts';
import type { Versioned } from './patch.ts';
import type { Store } from './store.ts';

/** Pages of all documents of a service, ordered by id, for the auditor. */

export const auditPageParams = {
  /** The `next` of the previous page. */
  after: { type: 'string', optional: true },
  limit: { type: 'number', integer: true, min: 1, max: 2000, optional: true },
} as const;

/** The contract rule of a page; `next` is null on the last one. */
export const auditPageOf = <const P>(props: P) =>
  ({
    type: 'object',
    props: { items: { type: 'array', items: { type: 'object', props } }, next: { type: 'string', nullable: true } },
  }) as const;

const DEFAULT_AUDIT_PAGE_SIZE = 500;

/** Reads a page of documents after an id. @param view makes an item of a document */
export async function readAuditPage<T extends Versioned, V>(
  store: Store<T>,
  { after, limit = DEFAULT_AUDIT_PAGE_SIZE }: { after?: string | undefined; limit?: number | undefined },
  view: (doc: T) => V,
): Promise<{ items: V[]; next: string | null }> {
  const docs = (await store.find(after === undefined ? {} : { _id: { $gt: after } }, {
    sort: { _id: 1 },
    limit,
  })) as T[];
  const views = docs.map(view);
  const items = views.slice(0, countFitting(views));
  const isLast = docs.length < limit && items.length === docs.length;
  return { items, next: isLast ? null : (docs[items.length - 1]?._id ?? null) };
}
