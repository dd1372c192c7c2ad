/** Items kept in the order of `compare`, which must tell any two apart. Insertion and removal cost O(log n) compares. */
export class SortedList<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  add(item: T): void {
    this.#items.splice(this.#place(item), 0, item);
  }

  /** Adds many at once, at the cost of one sort. */
  addAll(items: Iterable<T>): void {
    this.#items.push(...items);
    this.#items.sort(this.#compare);
  }

  remove(item: T): void {
    const at = this.#place(item);
    if (at < this.#items.length && this.#compare(this.#items[at] as T, item) === 0) this.#items.splice(at, 1);
  }

  /** The items after the place where `item` stands or would stand; all of them without one. */
  *after(item?: T): Generator<T> {
    let at = item === undefined ? 0 : this.#place(item);
    if (item !== undefined && at < this.#items.length && this.#compare(this.#items[at] as T, item) === 0) at++;
    for (; at < this.#items.length; at++) yield this.#items[at] as T;
  }

  /** Where the first item stands that is not before `item`. */
  #place(item: T): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#items[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
