import type { BitSet } from './bit-set.ts';
import { type Place, SortedList } from './sorted-list.ts';

/** Something that products are put in order by. */
export interface Order {
  keyOf(ordinal: number): number;
  idOf(ordinal: number): string;
  /** All products in this order, if it is kept. */
  list?: SortedList;
  /** By how much the keys here are greater than those of the list; left out: not at all. */
  base?: number;
}

/** An order that is kept, of the products that it was told of. */
export class KeptOrder implements Order {
  readonly list: SortedList;
  readonly idOf: (ordinal: number) => string;
  readonly #keys: number[] = [];

  constructor(idOf: (ordinal: number) => string) {
    this.idOf = idOf;
    this.list = new SortedList(idOf);
  }

  /** NaN for what is not in it. */
  keyOf(ordinal: number): number {
    return this.#keys[ordinal] ?? Number.NaN;
  }

  /** Moves a product to where `key` belongs; undefined takes it out. */
  set(ordinal: number, key: number | undefined): void {
    const before = this.keyOf(ordinal);
    if (before === key) return;
    if (!Number.isNaN(before)) this.list.remove(ordinal, before);
    while (this.#keys.length < ordinal) this.#keys.push(Number.NaN);
    this.#keys[ordinal] = key ?? Number.NaN;
    if (key !== undefined) this.list.add(ordinal, key);
  }

  /** Adds those whose key lies between two, both included. */
  addBetween(least: number, most: number, set: BitSet): void {
    for (let ordinal = 0; ordinal < this.#keys.length; ordinal++) {
      const key = this.#keys[ordinal] ?? Number.NaN;
      if (key >= least && key <= most) set.add(ordinal);
    }
  }
}

/** The first `count` of a set of `size` after a place, in an order. */
export function firstOf(set: BitSet, size: number, order: Order, after: Place | undefined, count: number): number[] {
  const { list, base = 0 } = order;
  // To walk along the whole order until enough of the set were met, or to go through the set: what takes fewer steps.
  const walks = list !== undefined && size * size > list.size * count;
  const inList = after && { ...after, key: after.key - base };
  return walks ? walked(set, list, inList, count) : chosen(set, order, after, count);
}

function walked(set: BitSet, list: SortedList, after: Place | undefined, count: number) {
  const found: number[] = [];
  for (const ordinal of list.from(after)) {
    if (set.has(ordinal)) found.push(ordinal);
    if (found.length === count) break;
  }
  return found;
}

function chosen(set: BitSet, order: Order, after: Place | undefined, count: number): number[] {
  const best: (Place & { ordinal: number })[] = [];
  set.forEach((ordinal) => {
    const key = order.keyOf(ordinal);
    const worst = best.length === count ? best[count - 1] : undefined;
    if (worst && key > worst.key) return;
    if (after && key < after.key) return;
    const id = order.idOf(ordinal);
    if (worst && compare(key, id, worst) > 0) return;
    if (after && compare(key, id, after) <= 0) return;
    let at = best.length;
    while (at > 0 && compare(key, id, best[at - 1] as Place) < 0) at -= 1;
    best.splice(at, 0, { key, id, ordinal });
    if (best.length > count) best.pop();
  });
  return best.map(({ ordinal }) => ordinal);
}

const compare = (key: number, id: string, place: Place): number => key - place.key || byId(id, place.id);
const byId = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
