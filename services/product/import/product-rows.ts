import { TimeSlicer } from '../catalogue/time-slicer.ts';
import { csvRecords } from './format/csv.ts';
import { hashOf, indexOf } from './format/file-index.ts';
import { jsonlRecords } from './format/jsonl.ts';
import { RecordGroup } from './format/record-group.ts';
import { BrokenFile, type FileRecord, type ImportRow } from './format/row.ts';
import type { Format } from './job.ts';

/** Of the products whose records do not stand together, so much is gathered at a time. */
const MAX_GATHERED_BYTES = 16 * 1024 ** 2;

interface Options {
  /** Nothing of a file counts that cannot be read to its end, each line of it: what it leaves out means something. */
  whole: boolean;
  maxGathered?: number;
  /** Gets all SKUs of the file by their hash, before the first product is given. */
  skus?: Set<number>;
}

/**
 * The products of a file, each once with all of its records. A first pass finds those whose records do not stand
 * together; the second gives the others as they come, and as many further passes as their size asks for give those: few
 * of them are in memory at a time, in whatever order somebody has sorted the file. Again, it gives the same in the same
 * order.
 * @throws {BrokenFile} behind all that can be read; at once when the file has to be whole
 */
export async function* productRows(
  open: () => Promise<AsyncIterable<Buffer>>,
  format: Format,
  { whole, maxGathered = MAX_GATHERED_BYTES, skus }: Options,
): AsyncGenerator<ImportRow> {
  const records = async () => paced(format === 'csv' ? csvRecords(await open()) : jsonlRecords(await open()));
  const { scattered, broken, last, stray } = await indexOf(await records(), undefined, skus);
  if (broken && whole) throw broken;
  if (stray !== undefined && whole) {
    throw new BrokenFile(`Line ${stray} has no slug that can be read, and may be of any product.`);
  }
  // More of it may have followed.
  const isCut = (hash: number) => broken !== undefined && hash === last;
  yield* together(readable(await records()), (hash) => !scattered.has(hash) && !isCut(hash));
  for (const part of partsOf(scattered, maxGathered)) {
    yield* gathered(readable(await records()), (hash) => part.has(hash) && !isCut(hash));
  }
  if (broken) throw broken;
}

/** The products whose records stand together, and the records that are of none. */
async function* together(
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
      yield { line: record.line, wrong: 'wrong' in checked ? checked.wrong : 'It is of no product.' };
      continue;
    }
    open ??= { key: record.key, group: isWanted(hashOf(record.key)) ? new RecordGroup(record.line) : undefined };
    open.group?.add(record);
  }
  if (open?.group) yield open.group.row();
}

/** Some products, wherever their records stand. */
async function* gathered(
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

/** Parts of so many bytes, or of one product that has more. */
function* partsOf(sizes: ReadonlyMap<number, number>, most: number): Generator<ReadonlySet<number>> {
  let part = new Set<number>();
  let bytes = 0;
  for (const [hash, size] of sizes) {
    if (part.size > 0 && bytes + size > most) {
      yield part;
      [part, bytes] = [new Set(), 0];
    }
    part.add(hash);
    bytes += size;
  }
  if (part.size > 0) yield part;
}

/** Up to where the file can be read. */
async function* readable(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
  }
}

async function* paced(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord> {
  const slicer = new TimeSlicer();
  for await (const record of records) {
    if (slicer.isOver) await slicer.rest();
    yield record;
  }
}
