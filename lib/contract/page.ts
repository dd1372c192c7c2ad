import { protocolErrors } from './errors.ts';
import { named, nameOf } from './named.ts';

export const DEFAULT_PAGE_ITEMS = 20;
export const MAX_PAGE_ITEMS = 100;

/** The parameters that every list takes. */
export const pageParams = {
  limit: { type: 'number', integer: true, min: 1, max: MAX_PAGE_ITEMS, optional: true },
  cursor: { type: 'string', max: 512, optional: true },
} as const;

/** A page ends before its `limit` when its items would exceed this size; it has at least one item. */
export const MAX_PAGE_BYTES = 512 * 1024;

/** One page of a list; `nextCursor` leads to the next one and is null on the last. */
export interface CursorPage<T> {
  items: T[];
  nextCursor: string | null;
}

/** The contract rule of a list's answer, named after its items: `OrderPage`. */
export function pageOf<const R>(item: R) {
  const page = {
    type: 'object',
    props: { items: { type: 'array', items: item }, nextCursor: { type: 'string', nullable: true } },
  } as const;
  const name = nameOf(item);
  return name === undefined ? page : named(`${name}Page`, page);
}

/** A cursor: the position after an item, as an opaque text. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The position in a cursor of `encodeCursor`. @throws invalid-request for any other text */
export function decodeCursor(cursor: string, shape: readonly ('string' | 'number')[]): (string | number)[] {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    place = undefined;
  }
  if (!Array.isArray(place) || place.length !== shape.length || place.some((part, i) => typeof part !== shape[i])) {
    throw invalidCursor();
  }
  return place;
}

/** The error for a cursor that was not issued by this list. */
export const invalidCursor = () =>
  protocolErrors.invalidRequest([{ pointer: '/cursor', detail: 'cursor must be a nextCursor of this list.' }]);

/** How many of the items, at least one, fit into `MAX_PAGE_BYTES`. */
export function countFitting(items: readonly unknown[]): number {
  let bytes = 0;
  const end = items.findIndex((item, n) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return bytes > MAX_PAGE_BYTES && n > 0;
  });
  return end < 0 ? items.length : end;
}

/**
 * Makes a page of items.
 * @param items one more than `limit` if there is a next page
 * @param place returns the position of an item, for the cursor
 */
export function buildPage<T>(
  items: T[],
  limit: number,
  place: (last: T) => readonly (string | number)[],
): CursorPage<T> {
  const shown = items.slice(0, countFitting(items.slice(0, limit)));
  const last = shown.at(-1);
  const more = items.length > shown.length && last !== undefined;
  return { items: shown, nextCursor: more ? encodeCursor(place(last)) : null };
}
