import { decodeCursor, encodeCursor, foreignCursor } from '../../../../lib/contract/page.ts';
import type { BitSet } from './bit-set.ts';
import { firstOf, type Order } from './order.ts';
import type { Place } from './sorted-list.ts';

/** Which page of a list is asked for. */
export interface Page {
  limit: number;
  cursor?: string | undefined;
}

/** A set of `size`, in an order. `list` says what it is of: only cursors with the same go on in it. */
export interface Ordered {
  set: BitSet;
  size: number;
  order: Order;
  list: string;
}

/** @throws invalid-request for a cursor of another list */
export function pageIn({ set, size, order, list }: Ordered, { limit, cursor }: Page) {
  const after = cursor === undefined ? undefined : placeIn(list, cursor);
  const found = firstOf(set, size, order, after, limit + 1);
  const ordinals = found.slice(0, limit);
  const last = ordinals.at(-1);
  const more = found.length > limit && last !== undefined;
  return { ordinals, nextCursor: more ? encodeCursor([list, order.keyOf(last), order.idOf(last)]) : null };
}

function placeIn(list: string, cursor: string): Place {
  const [of, key, id] = decodeCursor(cursor, ['string', 'number', 'string']);
  if (of !== list) throw foreignCursor();
  return { key: Number(key), id: String(id) };
}
