import type { CursorPage } from '../../../lib/contract/page.ts';
import type { PageOptions } from '../../../mixins/store/pages.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { afterLine, lineId, lineIdEnd } from './format/line-id.ts';

/** A refused row of an import, with the reason. */
export interface RowRefusal {
  _id: string;
  rev: number;
  line: number;
  detail: string;
}

type RefusalView = Pick<RowRefusal, 'line' | 'detail'>;

const refusalView = ({ line, detail }: RowRefusal): RefusalView => ({ line, detail });
const ofImport = (importId: string) => ({ _id: { $gte: afterLine(importId, 0), $lt: lineIdEnd(importId) } });

/** Stores refused rows, each once. */
export async function recordRefusals(
  refusals: Store<RowRefusal>,
  importId: string,
  rows: readonly RefusalView[],
): Promise<void> {
  if (rows.length === 0) return;
  await refusals.insertNew(rows.map(({ line, detail }) => ({ _id: lineId(importId, line), line, detail })));
}

/** The first refused rows of an import, by line. */
export async function firstRefusals(
  refusals: Store<RowRefusal>,
  importId: string,
  limit: number,
): Promise<RefusalView[]> {
  return (await refusals.find(ofImport(importId), { sort: { _id: 1 }, limit })).map(refusalView);
}

/** A page of the refused rows of an import, by line. @throws invalid-request for a cursor of another list */
export async function refusalsPage(
  refusals: Store<RowRefusal>,
  importId: string,
  { limit, cursor }: Pick<PageOptions<RowRefusal>, 'limit' | 'cursor'>,
): Promise<CursorPage<RefusalView>> {
  const { items, nextCursor } = await refusals.page(ofImport(importId), {
    ...{ limit, cursor },
    order: {
      direction: 1,
      key: {
        ...{ field: '_id', shape: ['number'] },
        placeOf: ({ line }) => [line],
        textAt: ([line]) => lineId(importId, Number(line)),
      },
    },
  });
  return { items: items.map(refusalView), nextCursor };
}
