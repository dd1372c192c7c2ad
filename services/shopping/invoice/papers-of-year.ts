import { DEFAULT_LIMIT, decodeCursor, page } from '../../../lib/contract/page.ts';
import { yearIn } from '../../../lib/contract/time-zone.ts';
import type { Filter, FindOptions } from '../../../mixins/store/engine.ts';
import type { Paper } from './numbering.ts';

/** A store of papers, as far as reading them whole needs it. */
interface Papers<P> {
  find(filter: Filter, options: Omit<FindOptions, 'fields'>): Promise<P[]>;
}

interface Wanted {
  /** In the shop's time zone; this one unless it is given. */
  year?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The papers of a year, the newest first, a page of them. @throws invalid-request for a cursor of another list */
export async function papersOfYear<P extends Paper>(
  papers: Papers<P>,
  { year, limit = DEFAULT_LIMIT, cursor }: Wanted,
  timeZone: string,
): Promise<{ items: P[]; nextCursor: string | null }> {
  const before = cursor === undefined ? {} : { seq: { $lt: Number(decodeCursor(cursor, ['number'])[0]) } };
  const filter = { year: year ?? yearIn(new Date(), timeZone), ...before };
  const found = await papers.find(filter, { sort: { seq: -1 }, limit: limit + 1 });
  return page(found, limit, ({ seq }) => [seq]);
}
