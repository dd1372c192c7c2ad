import { BitSet } from './bit-set.ts';

/** Smaller sets always stay lists. */
const MIN_BIT_SET_SIZE = 64;

/**
 * A posting list: the ordinals of products that share a term or value. A sorted array while small, a bit set once that
 * takes less memory; it is never converted back.
 */
export class PostingList {
  #list: Uint32Array | undefined = new Uint32Array(2);
  #bits: BitSet | undefined;
  #size = 0;
  /** Highest ordinal ever added. */
  #highest = -1;

  get size(): number {
    return this.#size;
  }

  add(n: number): void {
    // Fast path: ordinals ascend, so a new product usually has the highest one.
    if (n <= this.#highest && this.has(n)) return;
    if (this.#bits) this.#bits.add(n);
    else this.#insert(n);
    this.#highest = Math.max(this.#highest, n);
    this.#size += 1;
    if (this.#size > MIN_BIT_SET_SIZE && this.#list) this.#convertToBits(this.#list);
  }

  delete(n: number): void {
    if (!this.has(n)) return;
    if (this.#list) {
      const at = this.#lowerBound(n);
      this.#list.copyWithin(at, at + 1, this.#size);
    } else this.#bits?.delete(n);
    this.#size -= 1;
  }

  has(n: number): boolean {
    if (this.#bits) return this.#bits.has(n);
    const at = this.#lowerBound(n);
    return at < this.#size && this.#list?.[at] === n;
  }

  forEach(visit: (n: number) => void): void {
    this.#bits?.forEach(visit);
    for (let i = 0; this.#list && i < this.#size; i++) visit(this.#list[i] ?? 0);
  }

  addTo(set: BitSet): void {
    if (this.#bits) set.or(this.#bits);
    else for (let i = 0; i < this.#size; i++) set.add(this.#list?.[i] ?? 0);
  }

  /** Size of the intersection with a set. */
  countIn(set: BitSet): number {
    if (this.#bits) return this.#bits.countCommon(set);
    let count = 0;
    for (let i = 0; i < this.#size; i++) if (set.has(this.#list?.[i] ?? 0)) count += 1;
    return count;
  }

  #insert(n: number): void {
    const at = n > this.#highest ? this.#size : this.#lowerBound(n);
    let list = this.#list ?? new Uint32Array(2);
    if (this.#size === list.length) {
      list = new Uint32Array(Math.ceil(this.#size * 1.5) + 1);
      list.set(this.#list ?? []);
      this.#list = list;
    }
    if (at < this.#size) list.copyWithin(at + 1, at, this.#size);
    list[at] = n;
  }

  /** Converts if one bit per ordinal takes less memory than 32 bits per member. */
  #convertToBits(list: Uint32Array): void {
    const highest = list[this.#size - 1] ?? 0;
    if (this.#size <= highest / 32) return;
    this.#bits = new BitSet(highest + 1);
    for (let i = 0; i < this.#size; i++) this.#bits.add(list[i] ?? 0);
    this.#list = undefined;
  }

  /** Index of the first member that is not below `n`. */
  #lowerBound(n: number): number {
    const list = this.#list;
    if (!list) return 0;
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((list[middle] ?? 0) < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
