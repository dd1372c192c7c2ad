/** Above this, a chunk is split in two; so many are moved in a microsecond. */
const LONGEST = 512;

/** A place in an order: what it is ordered by, ascending, and the id, which tells apart what is equal in that. */
export interface Place {
  key: number;
  id: string;
}

/** A part of the list. Keys and heads lie side by side, so that a search seldom has to look further, for an id. */
interface Chunk {
  ordinals: number[];
  keys: number[];
  heads: number[];
}

/**
 * Products, by their ordinals, kept in the order of a key and then of their ids, in chunks: to insert or to remove one
 * costs O(log n) compares and moves the items of one chunk at most.
 */
export class SortedList {
  readonly #idOf: (ordinal: number) => string;
  readonly #longest: number;
  readonly #chunks: Chunk[] = [];
  #size = 0;

  constructor(idOf: (ordinal: number) => string, longest: number = LONGEST) {
    this.#idOf = idOf;
    this.#longest = longest;
  }

  get size(): number {
    return this.#size;
  }

  /** It must not be there yet. */
  add(ordinal: number, key: number): void {
    this.#size += 1;
    const id = this.#idOf(ordinal);
    const head = headOf(id);
    if (this.#chunks.length === 0) this.#chunks.push({ ordinals: [], keys: [], heads: [] });
    const index = Math.min(this.#chunkFrom(key, head, id), this.#chunks.length - 1);
    const chunk = this.#chunks[index] as Chunk;
    const at = this.#firstFrom(chunk, key, head, id);
    chunk.ordinals.splice(at, 0, ordinal);
    chunk.keys.splice(at, 0, key);
    chunk.heads.splice(at, 0, head);
    if (chunk.keys.length > this.#longest) this.#chunks.splice(index + 1, 0, cut(chunk, chunk.keys.length >>> 1));
  }

  /** @param key under which it was added */
  remove(ordinal: number, key: number): void {
    const id = this.#idOf(ordinal);
    const head = headOf(id);
    const index = this.#chunkFrom(key, head, id);
    const chunk = this.#chunks[index];
    if (!chunk) return;
    const at = this.#firstFrom(chunk, key, head, id);
    if (chunk.ordinals[at] !== ordinal) return;
    this.#size -= 1;
    for (const column of [chunk.ordinals, chunk.keys, chunk.heads]) column.splice(at, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
  }

  /** All of them, or those after a place, whether there is one there or not. */
  *from(after?: Place): Generator<number> {
    const head = headOf(after?.id ?? '');
    let index = after ? this.#chunkFrom(after.key, head, after.id) : 0;
    let chunk = this.#chunks[index];
    let at = after && chunk ? this.#firstFrom(chunk, after.key, head, after.id) : 0;
    if (after && chunk?.keys[at] === after.key && this.#idOf(chunk.ordinals[at] as number) === after.id) at += 1;
    for (; chunk; chunk = this.#chunks[++index], at = 0) {
      for (; at < chunk.ordinals.length; at++) yield chunk.ordinals[at] as number;
    }
  }

  /** The first chunk that has one which is not before a place. */
  #chunkFrom(key: number, head: number, id: string): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle] as Chunk;
      if (this.#isBefore(chunk, chunk.keys.length - 1, key, head, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Where the first of a chunk stands that is not before a place. Of its own: one search for both, which is given a
   * function to compare by, took twice the time.
   */
  #firstFrom(chunk: Chunk, key: number, head: number, id: string): number {
    let [low, high] = [0, chunk.keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(chunk, middle, key, head, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore({ keys, heads, ordinals }: Chunk, at: number, key: number, head: number, id: string): boolean {
    const own = keys[at] as number;
    if (own !== key) return own < key;
    const ownHead = heads[at] as number;
    if (ownHead !== head) return ownHead < head;
    return this.#idOf(ordinals[at] as number) < id;
  }
}

const cut = (chunk: Chunk, from: number): Chunk => ({
  ordinals: chunk.ordinals.splice(from),
  keys: chunk.keys.splice(from),
  heads: chunk.heads.splice(from),
});

/** Which ids of products begin with, before a ULID, which is made of characters from `0` to `Z`. */
const PREFIX = 'prd_';
const [FIRST, LAST] = [0x30, 0x5a];
/** For each of them, for the end, and for what comes before or after all of them. */
const RANKS = LAST - FIRST + 4;
/** As many as a number holds exactly. */
const LENGTH = 9;

/** A number from the beginning of an id: none of two ids that is less has the greater one. */
function headOf(id: string): number {
  if (!id.startsWith(PREFIX)) return id < PREFIX ? -1 : Number.POSITIVE_INFINITY;
  let head = 0;
  let isOver = false;
  for (let n = PREFIX.length; n < PREFIX.length + LENGTH; n++) {
    const code = id.charCodeAt(n); // NaN beyond the end
    const rank = isOver || n >= id.length ? 0 : Math.min(Math.max(code - FIRST + 2, 1), RANKS - 1);
    isOver ||= !(code >= FIRST && code <= LAST);
    head = head * RANKS + rank;
  }
  return head;
}
