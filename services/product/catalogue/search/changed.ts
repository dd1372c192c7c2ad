import { BitSet } from './bit-set.ts';
import { type Page, pageIn } from './page.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { hash } from './query.ts';

export interface Changed {
  /** Sold in the currency, as they are now. */
  ordinals: number[];
  /** Ids of those that no longer are, or never were. */
  gone: string[];
  nextCursor: string | null;
  /** How many sold ones have changed, on all pages together. */
  total: number;
}

/** What has changed since then, the longest ago first: a page has at most `limit` of both kinds together. */
export function changedSince(
  { changes, idOf }: Projection,
  { sold, currency }: PriceList,
  since: Date,
  page: Page,
): Changed {
  const set = new BitSet();
  changes.addBetween(Number(since), Number.POSITIVE_INFINITY, set);
  const list = hash(['changes', Number(since), currency]);
  const { ordinals, nextCursor } = pageIn({ set, size: set.size, order: changes, list }, page);
  return {
    ordinals: ordinals.filter((ordinal) => sold.has(ordinal)),
    gone: ordinals.filter((ordinal) => !sold.has(ordinal)).map(idOf),
    nextCursor,
    total: set.common(sold),
  };
}
