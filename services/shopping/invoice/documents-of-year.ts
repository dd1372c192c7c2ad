import type { CursorPage } from '../../../lib/contract/page.ts';
import { yearIn } from '../../../lib/contract/time-zone.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { NumberedDocument } from './numbering.ts';

interface YearQuery {
  /** In the shop's time zone; this one unless it is given. */
  year?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The papers of a year, the newest first, a page of them. @throws invalid-request for a cursor of another list */
export function documentsOfYear<P extends NumberedDocument>(
  papers: Pick<Store<P>, 'page'>,
  { year, limit, cursor }: YearQuery,
  timeZone: string,
): Promise<CursorPage<P>> {
  const filter = { year: year ?? yearIn(new Date(), timeZone) };
  return papers.page(filter, { limit, cursor, order: { direction: -1, unique: 'seq' } });
}
