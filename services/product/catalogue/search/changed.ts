import { BitSet } from './bit-set.ts';
import { type PageRequest, takePage } from './page.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { shortHash } from './query.ts';

export interface ChangePage {
  /** Products sold in the currency. */
  ordinals: number[];
  /** Ids of changed products that are not sold in it, or no longer. */
  gone: string[];
  nextCursor: string | null;
  /** Number of changed products that are sold, on all pages. */
  total: number;
}

/** Products changed since a time, oldest change first. A page has at most `limit` sold and gone products together. */
export function changedSince(
  { changes, idOf }: Projection,
  { sold, currency }: PriceList,
  since: Date,
  page: PageRequest,
): ChangePage {
  const set = new BitSet();
  changes.addRange(Number(since), Number.POSITIVE_INFINITY, set);
  const listId = shortHash(['changes', Number(since), currency]);
  const { ordinals, nextCursor } = takePage({ set, size: set.size, order: changes, listId }, page);
  return {
    ordinals: ordinals.filter((ordinal) => sold.has(ordinal)),
    gone: ordinals.filter((ordinal) => !sold.has(ordinal)).map(idOf),
    nextCursor,
    total: set.countCommon(sold),
  };
}
