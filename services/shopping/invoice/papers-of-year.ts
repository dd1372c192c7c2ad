import type { CursorPage } from '../../../lib/contract/page.ts';
import { yearIn } from '../../../lib/contract/time-zone.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Paper } from './numbering.ts';

interface Wanted {
  /** In the shop's time zone; this one unless it is given. */
  year?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The papers of a year, the newest first, a page of them. @throws invalid-request for a cursor of another list */
export function papersOfYear<P extends Paper>(
  papers: Pick<Store<P>, 'page'>,
  { year, limit, cursor }: Wanted,
  timeZone: string,
): Promise<CursorPage<P>> {
  const filter = { year: year ?? yearIn(new Date(), timeZone) };
  return papers.page(filter, { limit, cursor, order: { direction: -1, unique: 'seq' } });
}
