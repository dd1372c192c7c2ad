const WORD_BITS = 32;

/** A set of small non-negative integers, one bit each. A set up to 100,000 takes 12.5 kB; intersecting two takes microseconds. */
export class BitSet {
  #words: Uint32Array;

  constructor(capacity = 0) {
    this.#words = new Uint32Array(Math.ceil(capacity / WORD_BITS));
  }

  add(n: number): void {
    const at = n >>> 5;
    if (at >= this.#words.length) this.#grow(at + 1);
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (n & 31));
  }

  delete(n: number): void {
    const at = n >>> 5;
    if (at < this.#words.length) this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (n & 31));
  }

  has(n: number): boolean {
    return (((this.#words[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1;
  }

  copy(): BitSet {
    const same = new BitSet();
    same.#words = this.#words.slice();
    return same;
  }

  /** Union, in place. */
  or(other: BitSet): this {
    const more = other.#words;
    if (more.length > this.#words.length) this.#grow(more.length);
    const own = this.#words;
    for (let i = 0; i < more.length; i++) own[i] = (own[i] ?? 0) | (more[i] ?? 0);
    return this;
  }

  /** Intersection, in place. */
  and(other: BitSet): this {
    const own = this.#words;
    const kept = other.#words;
    for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) & (kept[i] ?? 0);
    return this;
  }

  get size(): number {
    let sum = 0;
    for (let i = 0; i < this.#words.length; i++) sum += countOnes(this.#words[i] ?? 0);
    return sum;
  }

  /** Size of the intersection. */
  countCommon(other: BitSet): number {
    const [a, b] = [this.#words, other.#words];
    const length = Math.min(a.length, b.length);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += countOnes((a[i] ?? 0) & (b[i] ?? 0));
    return sum;
  }

  /** Visits the members in ascending order. */
  forEach(visit: (n: number) => void): void {
    for (let i = 0; i < this.#words.length; i++) {
      for (let word = this.#words[i] ?? 0; word !== 0; word &= word - 1)
        visit(i * WORD_BITS + 31 - Math.clz32(word & -word));
    }
  }

  #grow(words: number): void {
    const grown = new Uint32Array(Math.max(words, this.#words.length * 2));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** Population count: adds neighbouring bit fields in parallel (H. S. Warren, Hacker's Delight, 2nd ed., 5-1). */
function countOnes(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
