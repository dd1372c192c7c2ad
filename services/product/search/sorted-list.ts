/** Above this, a chunk is split in two; so many are moved in a microsecond. */
const LONGEST = 512;

/**
 * Items kept in the order of `compare`, which must tell any two apart, in chunks: insertion and removal cost O(log n)
 * compares and move the items of one chunk at most.
 */
export class SortedList<T> {
  readonly #chunks: T[][] = [];
  readonly #compare: (a: T, b: T) => number;
  readonly #longest: number;
  #size = 0;

  constructor(compare: (a: T, b: T) => number, longest: number = LONGEST) {
    this.#compare = compare;
    this.#longest = longest;
  }

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#size += 1;
    const { chunk, index, at } = this.#place((other) => this.#compare(other, item));
    if (!chunk) {
      const last = this.#chunks.at(-1);
      if (last) this.#insert(last, this.#chunks.length - 1, last.length, item);
      else this.#chunks.push([item]);
    } else this.#insert(chunk, index, at, item);
  }

  remove(item: T): void {
    const { chunk, index, at } = this.#place((other) => this.#compare(other, item));
    const found = chunk?.[at];
    if (!chunk || found === undefined || this.#compare(found, item) !== 0) return;
    this.#size -= 1;
    chunk.splice(at, 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
  }

  /** All items, or those that `before` does not hold true of; it must be true of a first part of them. */
  *from(before: (item: T) => boolean = () => false): Generator<T> {
    let { index, at } = this.#place((item) => (before(item) ? -1 : 0));
    for (; index < this.#chunks.length; index++, at = 0) {
      const chunk = this.#chunks[index] ?? [];
      for (; at < chunk.length; at++) yield chunk[at] as T;
    }
  }

  #insert(chunk: T[], index: number, at: number, item: T): void {
    chunk.splice(at, 0, item);
    if (chunk.length > this.#longest) this.#chunks.splice(index + 1, 0, chunk.splice(chunk.length >>> 1));
  }

  /** Where the first item stands of which `order` does not say that it comes before. */
  #place(order: (item: T) => number): { chunk: T[] | undefined; index: number; at: number } {
    const index = firstOf(this.#chunks.length, (n) => order(this.#chunks[n]?.at(-1) as T) >= 0);
    const chunk = this.#chunks[index];
    return { chunk, index, at: chunk ? firstOf(chunk.length, (n) => order(chunk[n] as T) >= 0) : 0 };
  }
}

/** The first index below `length` of which `is` is true, being false of all before; `length` if there is none. */
function firstOf(length: number, is: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (is(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
