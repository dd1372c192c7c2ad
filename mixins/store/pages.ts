import {
  buildPage,
  type CursorPage,
  DEFAULT_PAGE_ITEMS,
  decodeCursor,
  invalidCursor,
  MAX_PAGE_ITEMS,
} from '../../lib/contract/page.ts';
import type { Filter, FindOptions, Operators } from './engine.ts';
import { narrowFilter } from './narrow-filter.ts';

type Direction = 1 | -1;

/** The order of a list, which determines the content of its cursor. */
export type PageOrder<T> =
  /** By _id. The cursor is [_id]. */
  | { direction: Direction }
  /** By a text that is composed of several values, such as an id made of several parts. The cursor has the values. */
  | { direction: Direction; key: PlaceKey<T> }
  /** By a number that is unique within the filter. The cursor is [number]. */
  | { direction: Direction; unique: keyof T & string }
  /**
   * One of several orders of a list, by a number and then by _id in the same direction; without `field` by _id alone. The
   * cursor is [name, number or 0, _id], so that a cursor of another order is refused.
   */
  | { direction: Direction; name: string; field?: (keyof T & string) | undefined };

/** An order by a composed text. */
export interface PlaceKey<T> {
  /** The field with the text. */
  field: keyof T & string;
  /** The types of the parts of a place. */
  shape: readonly ('string' | 'number')[];
  /** The place of a document that has the requested fields. */
  placeOf(doc: T): readonly (string | number)[];
  /** The text of a place. */
  textAt(place: readonly (string | number)[]): string;
}

/** Ids begin with their time of creation. */
export const NEWEST_FIRST = { direction: -1 } as const;
const OLDEST_FIRST = { direction: 1 } as const;

export interface PageOptions<T> {
  /** At most `MAX_PAGE_ITEMS`. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** By default by _id, ascending. */
  order?: PageOrder<T>;
}

type Place = readonly (string | number)[];
type Find<T> = (filter: Filter, options: FindOptions) => Promise<T[]>;

/** The queries for an order. */
interface Plan<T> {
  sort: Record<string, Direction>;
  /** The types of the parts of a cursor. */
  shape: readonly ('string' | 'number')[];
  placeOf(doc: T): Place;
  /** The documents after a place, as ranges to read in turn. */
  rangesAfter(place: Place): Readonly<Record<string, Operators>>[];
}

/**
 * Reads one page of the documents that match a filter. A page continues after the place of the last item, not after a
 * number of items, so that documents inserted or removed in between neither repeat nor hide others.
 * @throws invalid-request for a cursor of another list; RangeError for a limit out of bounds
 */
export async function readPageOf<T extends object>(
  find: Find<T>,
  filter: Filter,
  { limit = DEFAULT_PAGE_ITEMS, cursor, order = OLDEST_FIRST, fields }: PageOptions<T> & { fields?: readonly string[] },
): Promise<CursorPage<T>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ITEMS) {
    throw new RangeError(`the limit of a page must be a whole number from 1 to ${MAX_PAGE_ITEMS}, but is ${limit}`);
  }
  const { sort, shape, placeOf, rangesAfter } = planOf(order);
  const read = fields && { fields: [...new Set([...fields, ...Object.keys(sort), '_id'])] };
  const ranges = cursor === undefined ? [{}] : rangesAfter(decodeCursor(cursor, shape));
  const found: T[] = [];
  for (const range of ranges) {
    const left = limit + 1 - found.length;
    if (left > 0) found.push(...(await find(narrowFilter(filter, range), { sort, limit: left, ...read })));
  }
  return buildPage(found, limit, placeOf);
}

function planOf<T extends object>(order: PageOrder<T>): Plan<T> {
  const { direction } = order;
  const beyond = (bound: string | number) => (direction === 1 ? { $gt: bound } : { $lt: bound });
  if ('unique' in order) {
    const { unique } = order;
    return {
      ...{ sort: { [unique]: direction }, shape: ['number'] },
      placeOf: (doc) => [numberIn(doc, unique)],
      rangesAfter: ([value = 0]) => [{ [unique]: beyond(value) }],
    };
  }
  if ('name' in order) {
    const { name, field } = order;
    return {
      sort: { ...(field ? { [field]: direction } : {}), _id: direction },
      shape: ['string', 'number', 'string'],
      placeOf: (doc) => [name, field ? numberIn(doc, field) : 0, idOf(doc)],
      rangesAfter([of, value = 0, id = '']) {
        if (of !== name) throw invalidCursor();
        if (!field) return [{ _id: beyond(id) }];
        return [{ [field]: { $in: [value] }, _id: beyond(id) }, { [field]: beyond(value) }];
      },
    };
  }
  if ('key' in order) {
    const { field, shape, placeOf, textAt } = order.key;
    return {
      ...{ sort: { [field]: direction }, shape, placeOf },
      rangesAfter: (place) => [{ [field]: beyond(textAt(place)) }],
    };
  }
  return {
    ...{ sort: { _id: direction }, shape: ['string'] },
    placeOf: (doc) => [idOf(doc)],
    rangesAfter: ([id = '']) => [{ _id: beyond(id) }],
  };
}

const idOf = (doc: object): string => String(Reflect.get(doc, '_id'));

function numberIn(doc: object, field: string): number {
  const value: unknown = Reflect.get(doc, field);
  if (typeof value !== 'number') throw new TypeError(`a list ordered by ${field} has a document without that number`);
  return value;
}
