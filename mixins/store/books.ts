import { fitting } from '../../lib/contract/page.ts';
import type { Versioned } from './patch.ts';
import type { Store } from './store.ts';

/** What a service lets the auditor read: all its documents, page by page in the order of their ids. */

export const booksParams = {
  /** The `next` of the page before. */
  after: { type: 'string', optional: true },
  limit: { type: 'number', integer: true, min: 1, max: 2000, optional: true },
} as const;

/** The contract rule of a page of books; `next` is null on the last one. */
export const booksOf = <const P>(props: P) =>
  ({
    type: 'object',
    props: { items: { type: 'array', items: { type: 'object', props } }, next: { type: 'string', nullable: true } },
  }) as const;

const PAGE = 500;

export async function readPage<T extends Versioned, V>(
  store: Store<T>,
  { after, limit = PAGE }: { after?: string | undefined; limit?: number | undefined },
  view: (doc: T) => V,
): Promise<{ items: V[]; next: string | null }> {
  const docs = (await store.find(after === undefined ? {} : { _id: { $gt: after } }, {
    sort: { _id: 1 },
    limit,
  })) as T[];
  const views = docs.map(view);
  const items = views.slice(0, fitting(views));
  const isLast = docs.length < limit && items.length === docs.length;
  return { items, next: isLast ? null : (docs[items.length - 1]?._id ?? null) };
}
