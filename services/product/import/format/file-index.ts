import { createHash } from 'node:crypto';
import { slugRule } from '../../product/product-input.ts';
import { BrokenFile, type FileRecord, SLUG_KEY } from './row.ts';

/** Also the limit of SKUs, if they are collected. The index takes about 50 bytes of memory for each. */
const MAX_FILE_PRODUCTS = 2_000_000;

/** A 48-bit hash. Two products with the same hash are read as scattered, which is as correct. */
export const hashOf = (key: string): number => createHash('sha1').update(key).digest().readUIntBE(0, 6);

/** The result of the first pass over a file. */
export interface FileIndex {
  /** Sizes in bytes of the scattered products, whose records are not consecutive, by the hash of their key. */
  scattered: ReadonlyMap<number, number>;
  /** Why the rest of the file cannot be read. */
  broken: BrokenFile | undefined;
  /** Hash of the last record's product, which may be incomplete if the file breaks off. */
  lastHash: number | undefined;
  /** The first line without a valid slug, so that its product is unknown. */
  unidentifiedLine: number | undefined;
}

/**
 * Indexes a file before its first product is imported.
 * @param skus gets the hashes of all SKUs
 * @throws {BrokenFile} for more than `maxProducts` products or SKUs
 */
export async function indexFile(
  records: AsyncIterable<FileRecord>,
  maxProducts = MAX_FILE_PRODUCTS,
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
  return { scattered, broken, lastHash: hash, unidentifiedLine: stray };
}

/** Whether a key has a valid slug. An invalid one, such as `Mug`, may be a misspelt `mug`. */
const hasSlug = (key = ''): boolean => key.startsWith(SLUG_KEY) && slugRule.pattern.test(key.slice(SLUG_KEY.length));

class TooManyProducts extends BrokenFile {}
