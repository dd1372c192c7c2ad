import { createHash } from 'node:crypto';
import { slugRule } from '../../product/product-input.ts';
import { BrokenFile, type FileRecord, SLUG_KEY } from './row.ts';

/** Of one file, and as many SKUs when they count: its index takes about 50 bytes of memory for each. */
const MAX_PRODUCTS = 2_000_000;

/** 48 bits: two products that share one are read as if their records did not stand together, which is as good. */
export const hashOf = (key: string): number => createHash('sha1').update(key).digest().readUIntBE(0, 6);

/** What a first pass over a file finds out. */
export interface FileIndex {
  /** The products whose records do not stand together, by the hash of their key, with the size of these in bytes. */
  scattered: ReadonlyMap<number, number>;
  /** Why the rest of the file cannot be read. */
  broken: BrokenFile | undefined;
  /** The product of the last record: where a file breaks off, more of it may have followed. */
  last: number | undefined;
  /** The first line of which nobody can tell which product it is of: it has no slug, or one that can be none. */
  stray: number | undefined;
}

/**
 * Finds the products whose records do not stand together, before anything is made of any.
 * @param skus gets the SKUs of all records, by their hash
 * @throws {BrokenFile} for more products than it can hold
 */
export async function indexOf(
  records: AsyncIterable<FileRecord>,
  maxProducts = MAX_PRODUCTS,
  skus?: Set<number>,
): Promise<FileIndex> {
  const sizes = new Map<number, number>();
  const scattered = new Map<number, number>();
  let [key, hash]: [string | undefined, number | undefined] = [undefined, undefined];
  let [broken, stray]: [BrokenFile | undefined, number | undefined] = [undefined, undefined];
  try {
    for await (const record of records) {
      const isNext = record.key !== undefined && record.key === key;
      if (!isNext) {
        key = record.key;
        if (!hasSlug(key)) stray ??= record.line;
        hash = key === undefined ? undefined : hashOf(key);
        if (hash !== undefined && sizes.has(hash)) scattered.set(hash, 0);
      }
      if (hash !== undefined) sizes.set(hash, (sizes.get(hash) ?? 0) + record.size);
      for (const sku of skus ? record.skus : []) skus?.add(hashOf(sku));
      const most = Math.max(sizes.size, skus?.size ?? 0);
      if (most > maxProducts) throw new TooManyProducts(`A file may have ${maxProducts} products.`);
    }
  } catch (error) {
    if (!(error instanceof BrokenFile) || error instanceof TooManyProducts) throw error;
    broken = error;
  }
  for (const found of scattered.keys()) scattered.set(found, sizes.get(found) ?? 0);
  return { scattered, broken, last: hash, stray };
}

/** `Mug` and `mug ` are slugs of no product, and may be meant for one. */
const hasSlug = (key = ''): boolean => key.startsWith(SLUG_KEY) && slugRule.pattern.test(key.slice(SLUG_KEY.length));

class TooManyProducts extends BrokenFile {}
