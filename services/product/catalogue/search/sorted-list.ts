/** A longer chunk is split. Moving this many items takes about a microsecond. */
const MAX_CHUNK_LENGTH = 512;

/** A position in an order: ascending key, then id as the tie-breaker. */
export interface SortPosition {
  key: number;
  id: string;
}

/** A part of the list, as parallel arrays. Comparing keys and id prefixes seldom needs the id itself. */
interface Chunk {
  ordinals: number[];
  keys: number[];
  prefixes: number[];
}

/**
 * Ordinals of products, sorted by key and then by id, in chunks. Adding or removing one costs O(log n) comparisons and
 * moves the items of at most one chunk.
 */
export class SortedList {
  readonly #idOf: (ordinal: number) => string;
  readonly #maxChunkLength: number;
  readonly #chunks: Chunk[] = [];
  #size = 0;

  constructor(idOf: (ordinal: number) => string, maxChunkLength: number = MAX_CHUNK_LENGTH) {
    this.#idOf = idOf;
    this.#maxChunkLength = maxChunkLength;
  }

  get size(): number {
    return this.#size;
  }

  /** The ordinal must not be in the list yet. */
  add(ordinal: number, key: number): void {
    this.#size += 1;
    const id = this.#idOf(ordinal);
    const prefix = prefixKeyOf(id);
    if (this.#chunks.length === 0) this.#chunks.push({ ordinals: [], keys: [], prefixes: [] });
    const index = Math.min(this.#chunkIndexFrom(key, prefix, id), this.#chunks.length - 1);
    const chunk = this.#chunks[index] as Chunk;
    const at = this.#lowerBound(chunk, key, prefix, id);
    chunk.ordinals.splice(at, 0, ordinal);
    chunk.keys.splice(at, 0, key);
    chunk.prefixes.splice(at, 0, prefix);
    if (chunk.keys.length > this.#maxChunkLength)
      this.#chunks.splice(index + 1, 0, splitChunk(chunk, chunk.keys.length >>> 1));
  }

  /** @param key the key it was added with */
  remove(ordinal: number, key: number): void {
    const id = this.#idOf(ordinal);
    const prefix = prefixKeyOf(id);
    const index = this.#chunkIndexFrom(key, prefix, id);
    const chunk = this.#chunks[index];
    if (!chunk) return;
    const at = this.#lowerBound(chunk, key, prefix, id);
    if (chunk.ordinals[at] !== ordinal) return;
    this.#size -= 1;
    for (const column of [chunk.ordinals, chunk.keys, chunk.prefixes]) column.splice(at, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
  }

  /** All ordinals, or those behind a position; the position need not exist. */
  *from(after?: SortPosition): Generator<number> {
    const prefix = prefixKeyOf(after?.id ?? '');
    let index = after ? this.#chunkIndexFrom(after.key, prefix, after.id) : 0;
    let chunk = this.#chunks[index];
    let at = after && chunk ? this.#lowerBound(chunk, after.key, prefix, after.id) : 0;
    if (after && chunk?.keys[at] === after.key && this.#idOf(chunk.ordinals[at] as number) === after.id) at += 1;
    for (; chunk; chunk = this.#chunks[++index], at = 0) {
      for (; at < chunk.ordinals.length; at++) yield chunk.ordinals[at] as number;
    }
  }

  /** Index of the first chunk with an item that is not before a position. */
  #chunkIndexFrom(key: number, prefix: number, id: string): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle] as Chunk;
      if (this.#isBefore(chunk, chunk.keys.length - 1, key, prefix, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Index of the first item of a chunk that is not before a position. Deliberately not shared with `#chunkIndexFrom`:
   * one search with a comparison function took twice the time.
   */
  #lowerBound(chunk: Chunk, key: number, prefix: number, id: string): number {
    let [low, high] = [0, chunk.keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(chunk, middle, key, prefix, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore({ keys, prefixes: heads, ordinals }: Chunk, at: number, key: number, prefix: number, id: string): boolean {
    const ownKey = keys[at] as number;
    if (ownKey !== key) return ownKey < key;
    const ownPrefix = heads[at] as number;
    if (ownPrefix !== prefix) return ownPrefix < prefix;
    return this.#idOf(ordinals[at] as number) < id;
  }
}

const splitChunk = (chunk: Chunk, from: number): Chunk => ({
  ordinals: chunk.ordinals.splice(from),
  keys: chunk.keys.splice(from),
  prefixes: chunk.prefixes.splice(from),
});

/** Product ids are this prefix and a ULID, whose characters are from `0` to `Z`. */
const PRODUCT_ID_PREFIX = 'prd_';
const [FIRST_CODE, LAST_CODE] = [0x30, 0x5a];
/** One digit per character, one for the end of the id, and one each for characters below and above the range. */
const RADIX = LAST_CODE - FIRST_CODE + 4;
/** As many digits as a double holds exactly. */
const PREFIX_LENGTH = 9;

/** The start of an id as a number; it never decreases as ids ascend. */
function prefixKeyOf(id: string): number {
  if (!id.startsWith(PRODUCT_ID_PREFIX)) return id < PRODUCT_ID_PREFIX ? -1 : Number.POSITIVE_INFINITY;
  let prefix = 0;
  let isOver = false;
  for (let n = PRODUCT_ID_PREFIX.length; n < PRODUCT_ID_PREFIX.length + PREFIX_LENGTH; n++) {
    const code = id.charCodeAt(n); // NaN beyond the end
    const rank = isOver || n >= id.length ? 0 : Math.min(Math.max(code - FIRST_CODE + 2, 1), RADIX - 1);
    isOver ||= !(code >= FIRST_CODE && code <= LAST_CODE);
    prefix = prefix * RADIX + rank;
  }
  return prefix;
}
