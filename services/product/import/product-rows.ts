import { TimeSlicer } from '../catalogue/time-slicer.ts';
import { csvRecords } from './format/csv.ts';
import { hashOf, indexFile } from './format/file-index.ts';
import { jsonlRecords } from './format/jsonl.ts';
import { RecordGroup } from './format/record-group.ts';
import { BrokenFile, type FileRecord, type ImportRow } from './format/row.ts';
import type { FileFormat } from './job.ts';

/** Of scattered products, in memory at a time. */
const MAX_GATHERED_BYTES = 16 * 1024 ** 2;

interface Options {
  /** Refuse a file with any unreadable line at once: the import removes variants that the file leaves out. */
  mustBeWhole: boolean;
  maxGatheredBytes?: number;
  /** Gets the hashes of all SKUs of the file, before the first product is yielded. */
  skus?: Set<number>;
}

/**
 * The products of a file, each once with all of its records, in any order of the file and always in the same order. A
 * first pass finds the scattered products, whose records are not consecutive. The second pass yields all others, and
 * further passes the scattered ones, so many per pass as fit into `maxGatheredBytes`.
 * @throws {BrokenFile} after the last readable product; before the first one if the file must be whole
 */
export async function* productRows(
  open: () => Promise<AsyncIterable<Buffer>>,
  format: FileFormat,
  { mustBeWhole, maxGatheredBytes = MAX_GATHERED_BYTES, skus }: Options,
): AsyncGenerator<ImportRow> {
  const records = async () => inSlices(format === 'csv' ? csvRecords(await open()) : jsonlRecords(await open()));
  const { scattered, broken, lastHash, unidentifiedLine } = await indexFile(await records(), undefined, skus);
  if (broken && mustBeWhole) throw broken;
  if (unidentifiedLine !== undefined && mustBeWhole) {
    throw new BrokenFile(`Line ${unidentifiedLine} has no valid slug, so it may belong to any product.`);
  }
  // The file may break off in the middle of its last product.
  const isCut = (hash: number) => broken !== undefined && hash === lastHash;
  yield* contiguousProducts(untilBroken(await records()), (hash) => !scattered.has(hash) && !isCut(hash));
  for (const part of partsBySize(scattered, maxGatheredBytes)) {
    yield* scatteredProducts(untilBroken(await records()), (hash) => part.has(hash) && !isCut(hash));
  }
  if (broken) throw broken;
}

/** The products with consecutive records, and the records without a product. */
async function* contiguousProducts(
  records: AsyncIterable<FileRecord>,
  isWanted: (hash: number) => boolean,
): AsyncGenerator<ImportRow> {
  let open: { key: string; group: RecordGroup | undefined } | undefined;
  for await (const record of records) {
    if (open && open.key !== record.key) {
      if (open.group) yield open.group.row();
      open = undefined;
    }
    if (record.key === undefined) {
      const checked = record.check();
      yield { line: record.line, detail: 'detail' in checked ? checked.detail : 'It belongs to no product.' };
      continue;
    }
    open ??= { key: record.key, group: isWanted(hashOf(record.key)) ? new RecordGroup(record.line) : undefined };
    open.group?.add(record);
  }
  if (open?.group) yield open.group.row();
}

/** Products with records anywhere in the file. */
async function* scatteredProducts(
  records: AsyncIterable<FileRecord>,
  isWanted: (hash: number) => boolean,
): AsyncGenerator<ImportRow> {
  const groups = new Map<string, RecordGroup>();
  for await (const record of records) {
    if (record.key === undefined) continue;
    let group = groups.get(record.key);
    if (!group && isWanted(hashOf(record.key))) {
      group = new RecordGroup(record.line);
      groups.set(record.key, group);
    }
    group?.add(record);
  }
  for (const [key, group] of groups) {
    groups.delete(key);
    yield group.row();
  }
}

/** Parts of at most `maxBytes`; a larger product is a part of its own. */
function* partsBySize(sizes: ReadonlyMap<number, number>, maxBytes: number): Generator<ReadonlySet<number>> {
  let part = new Set<number>();
  let bytes = 0;
  for (const [hash, size] of sizes) {
    if (part.size > 0 && bytes + size > maxBytes) {
      yield part;
      [part, bytes] = [new Set(), 0];
    }
    part.add(hash);
    bytes += size;
  }
  if (part.size > 0) yield part;
}

/** The records before the place where the file is broken. */
async function* untilBroken(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
  }
}

/** Lets the process answer requests while records are parsed. */
async function* inSlices(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord> {
  const slicer = new TimeSlicer();
  for await (const record of records) {
    if (slicer.isOver) await slicer.rest();
    yield record;
  }
}
