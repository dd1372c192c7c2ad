import type { BitSet } from './bit-set.ts';
import { SortedList, type SortPosition } from './sorted-list.ts';

/** Orders products by ascending key, then by id. */
export interface SortOrder {
  keyOf(ordinal: number): number;
  idOf(ordinal: number): string;
  /** All products in this order, if a maintained list exists. */
  list?: SortedList;
  /** Difference between the keys here and those of the list; 0 by default. */
  keyOffset?: number;
}

/** A maintained order over the products that were added. */
export class SortIndex implements SortOrder {
  readonly list: SortedList;
  readonly idOf: (ordinal: number) => string;
  readonly #keys: number[] = [];

  constructor(idOf: (ordinal: number) => string) {
    this.idOf = idOf;
    this.list = new SortedList(idOf);
  }

  /** NaN for a product that is not in it. */
  keyOf(ordinal: number): number {
    return this.#keys[ordinal] ?? Number.NaN;
  }

  /** Moves a product to a new key; undefined removes it. */
  set(ordinal: number, key: number | undefined): void {
    const before = this.keyOf(ordinal);
    if (before === key) return;
    if (!Number.isNaN(before)) this.list.remove(ordinal, before);
    while (this.#keys.length < ordinal) this.#keys.push(Number.NaN);
    this.#keys[ordinal] = key ?? Number.NaN;
    if (key !== undefined) this.list.add(ordinal, key);
  }

  /** Adds the products with keys in a range, both ends included. */
  addRange(min: number, max: number, set: BitSet): void {
    for (let ordinal = 0; ordinal < this.#keys.length; ordinal++) {
      const key = this.#keys[ordinal] ?? Number.NaN;
      if (key >= min && key <= max) set.add(ordinal);
    }
  }
}

/** The first `count` members of a set of `size` behind a position, in order. */
export function takeFirst(
  set: BitSet,
  size: number,
  order: SortOrder,
  after: SortPosition | undefined,
  count: number,
): number[] {
  const { list, keyOffset: base = 0 } = order;
  // Scanning the whole order until `count` members were met takes about list.size * count / size steps; selecting from the set takes `size`.
  const isScanCheaper = list !== undefined && size * size > list.size * count;
  const listPosition = after && { ...after, key: after.key - base };
  return isScanCheaper ? scanList(set, list, listPosition, count) : selectTop(set, order, after, count);
}

function scanList(set: BitSet, list: SortedList, after: SortPosition | undefined, count: number) {
  const found: number[] = [];
  for (const ordinal of list.from(after)) {
    if (set.has(ordinal)) found.push(ordinal);
    if (found.length === count) break;
  }
  return found;
}

function selectTop(set: BitSet, order: SortOrder, after: SortPosition | undefined, count: number): number[] {
  const best: (SortPosition & { ordinal: number })[] = [];
  set.forEach((ordinal) => {
    const key = order.keyOf(ordinal);
    const worst = best.length === count ? best[count - 1] : undefined;
    if (worst && key > worst.key) return;
    if (after && key < after.key) return;
    const id = order.idOf(ordinal);
    if (worst && compare(key, id, worst) > 0) return;
    if (after && compare(key, id, after) <= 0) return;
    let at = best.length;
    while (at > 0 && compare(key, id, best[at - 1] as SortPosition) < 0) at -= 1;
    best.splice(at, 0, { key, id, ordinal });
    if (best.length > count) best.pop();
  });
  return best.map(({ ordinal }) => ordinal);
}

const compare = (key: number, id: string, position: SortPosition): number =>
  key - position.key || byId(id, position.id);
const byId = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
