import {
  type CursorPage,
  DEFAULT_LIMIT,
  decodeCursor,
  foreignCursor,
  MAX_PAGE_ITEMS,
  page,
} from '../../lib/contract/page.ts';
import type { Filter, FindOptions, Operators } from './engine.ts';
import { narrowed } from './narrowed.ts';

type Direction = 1 | -1;

/** What a list is ordered by, and what its cursor therefore has. */
export type PageOrder<T> =
  /** By _id. The cursor is [_id]. */
  | { direction: Direction }
  /** By a text that the place of a document determines, such as an id made of several parts. The cursor is the place. */
  | { direction: Direction; key: PlaceKey<T> }
  /** By a number that no two documents of the filter share. The cursor is [number]. */
  | { direction: Direction; unique: keyof T & string }
  /**
   * One of several orders of a list, named in its cursor, [name, number or 0, _id]: by a number, ties by _id in the same
   * direction; without a field by _id alone.
   */
  | { direction: Direction; name: string; field?: (keyof T & string) | undefined };

export interface PlaceKey<T> {
  /** The field with the text. */
  field: keyof T & string;
  /** The types of the parts of a place. */
  shape: readonly ('string' | 'number')[];
  /** Of a document with the fields that were asked for. */
  placeOf(doc: T): readonly (string | number)[];
  textAt(place: readonly (string | number)[]): string;
}

/** Ids grow with time. */
export const NEWEST_FIRST = { direction: -1 } as const;
const OLDEST_FIRST = { direction: 1 } as const;

export interface PageOptions<T> {
  /** At most `MAX_PAGE_ITEMS`. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** By _id, ascending, unless it is given. */
  order?: PageOrder<T>;
}

type Place = readonly (string | number)[];
type Find<T> = (filter: Filter, options: FindOptions) => Promise<T[]>;

/** How an order is read from a database. */
interface Plan<T> {
  sort: Record<string, Direction>;
  /** The types of the parts of a cursor. */
  shape: readonly ('string' | 'number')[];
  placeOf(doc: T): Place;
  /** What lies behind a place: ranges to be read one after the other, each a condition for every field. */
  behind(place: Place): Readonly<Record<string, Operators>>[];
}

/**
 * One page of what a filter matches. A page goes on behind the place of the last item, not behind a count, so what is
 * inserted or removed meanwhile neither doubles another document nor leaves it out.
 * @throws invalid-request for a cursor of another list; RangeError for a limit out of bounds
 */
export async function readPageOf<T extends object>(
  find: Find<T>,
  filter: Filter,
  { limit = DEFAULT_LIMIT, cursor, order = OLDEST_FIRST, fields }: PageOptions<T> & { fields?: readonly string[] },
): Promise<CursorPage<T>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ITEMS) {
    throw new RangeError(`the limit of a page must be a whole number from 1 to ${MAX_PAGE_ITEMS}, but is ${limit}`);
  }
  const { sort, shape, placeOf, behind } = planOf(order);
  const read = fields && { fields: [...new Set([...fields, ...Object.keys(sort), '_id'])] };
  const ranges = cursor === undefined ? [{}] : behind(decodeCursor(cursor, shape));
  const found: T[] = [];
  for (const range of ranges) {
    const left = limit + 1 - found.length;
    if (left > 0) found.push(...(await find(narrowed(filter, range), { sort, limit: left, ...read })));
  }
  return page(found, limit, placeOf);
}

function planOf<T extends object>(order: PageOrder<T>): Plan<T> {
  const { direction } = order;
  const beyond = (bound: string | number) => (direction === 1 ? { $gt: bound } : { $lt: bound });
  if ('unique' in order) {
    const { unique } = order;
    return {
      ...{ sort: { [unique]: direction }, shape: ['number'] },
      placeOf: (doc) => [numberIn(doc, unique)],
      behind: ([value = 0]) => [{ [unique]: beyond(value) }],
    };
  }
  if ('name' in order) {
    const { name, field } = order;
    return {
      sort: { ...(field ? { [field]: direction } : {}), _id: direction },
      shape: ['string', 'number', 'string'],
      placeOf: (doc) => [name, field ? numberIn(doc, field) : 0, idOf(doc)],
      behind([of, value = 0, id = '']) {
        if (of !== name) throw foreignCursor();
        if (!field) return [{ _id: beyond(id) }];
        return [{ [field]: { $in: [value] }, _id: beyond(id) }, { [field]: beyond(value) }];
      },
    };
  }
  if ('key' in order) {
    const { field, shape, placeOf, textAt } = order.key;
    return {
      ...{ sort: { [field]: direction }, shape, placeOf },
      behind: (place) => [{ [field]: beyond(textAt(place)) }],
    };
  }
  return {
    ...{ sort: { _id: direction }, shape: ['string'] },
    placeOf: (doc) => [idOf(doc)],
    behind: ([id = '']) => [{ _id: beyond(id) }],
  };
}

const idOf = (doc: object): string => String(Reflect.get(doc, '_id'));

function numberIn(doc: object, field: string): number {
  const value: unknown = Reflect.get(doc, field);
  if (typeof value !== 'number') throw new TypeError(`a list ordered by ${field} has a document without that number`);
  return value;
}
