import type { CursorPage } from '../../../lib/contract/page.ts';
import { yearIn } from '../../../lib/contract/time-zone.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { NumberedDocument } from './numbering.ts';

interface YearQuery {
  /** In the shop's time zone. Default: this year. */
  year?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** A page of the documents of a year, newest first. @throws invalid-request for a cursor of another list */
export function documentsOfYear<D extends NumberedDocument>(
  documents: Pick<Store<D>, 'page'>,
  { year, limit, cursor }: YearQuery,
  timeZone: string,
): Promise<CursorPage<D>> {
  const filter = { year: year ?? yearIn(new Date(), timeZone) };
  return documents.page(filter, { limit, cursor, order: { direction: -1, unique: 'seq' } });
}
