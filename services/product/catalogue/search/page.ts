import { decodeCursor, encodeCursor, invalidCursor } from '../../../../lib/contract/page.ts';
import type { BitSet } from './bit-set.ts';
import { type SortOrder, takeFirst } from './sort-order.ts';
import type { SortPosition } from './sorted-list.ts';

/** Page size and position. */
export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

/** A set with its size and order. `listId` identifies the list: only cursors with the same id continue it. */
export interface OrderedSet {
  set: BitSet;
  size: number;
  order: SortOrder;
  listId: string;
}

/** The next page behind the cursor. @throws invalid-request for a cursor of another list */
export function takePage({ set, size, order, listId }: OrderedSet, { limit, cursor }: PageRequest) {
  const after = cursor === undefined ? undefined : decodePosition(listId, cursor);
  const found = takeFirst(set, size, order, after, limit + 1);
  const ordinals = found.slice(0, limit);
  const last = ordinals.at(-1);
  const more = found.length > limit && last !== undefined;
  return { ordinals, nextCursor: more ? encodeCursor([listId, order.keyOf(last), order.idOf(last)]) : null };
}

function decodePosition(listId: string, cursor: string): SortPosition {
  const [of, key, id] = decodeCursor(cursor, ['string', 'number', 'string']);
  if (of !== listId) throw invalidCursor();
  return { key: Number(key), id: String(id) };
}
