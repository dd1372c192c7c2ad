import { BrokenFile, type ImportRow } from './format/row.ts';
import type { ImportedRow } from './imported-row.ts';
import type { RowOutcome } from './outcome.ts';

const MAX_ROWS_PER_CALL = 500;
/** Plus those of the last product. A call checks and compares all of them without a pause. */
const MAX_VARIANTS_PER_CALL = 2000;
/** Concurrent calls are safe: no two rows of a file are of the same product. */
const CALLS_PER_BATCH = 2;
/** After a crash, this many batches may have been imported without being counted. */
const MAX_CONCURRENT_BATCHES = 2;

/** One row with its outcome. */
export interface RowResult {
  line: number;
  outcome: RowOutcome;
}

interface ImportRun {
  /** All rows of the file, one per product. */
  rows: AsyncIterable<ImportRow>;
  /** Number of rows that are counted already. */
  done: number;
  /** Whether a process that died may have imported more rows than `done`. */
  again: boolean;
  /** Imports valid rows. */
  apply(rows: readonly ImportedRow[], again: boolean): Promise<RowOutcome[]>;
  /** Stores the results; false: stop. */
  save(results: readonly RowResult[]): Promise<boolean>;
}

/**
 * Imports the rows of a file behind the first `done`, in batches. Two batches are imported while a third is read; only
 * these are in memory.
 * @returns whether it reached the end; false: `save` told it to stop
 * @throws {BrokenFile} after the last readable row is imported
 */
export async function importRows({ rows, done, again, apply, save }: ImportRun): Promise<boolean> {
  const importNext = async (
    batch: readonly ImportRow[][],
    mayBeRepeated: boolean,
    before: Promise<boolean>,
  ): Promise<boolean> => {
    const results = await Promise.all(
      batch.map((rowsOfCall) => resultsOf(rowsOfCall, (rows) => apply(rows, mayBeRepeated))),
    );
    // Results are saved in the order of the file, as progress is a number of rows.
    const isGoingOn = await before;
    return (await save(results.flat())) && isGoingOn;
  };
  let [last, secondLast] = [Promise.resolve(true), Promise.resolve(true)];
  let begun = 0;
  let broken: BrokenFile | undefined;
  try {
    for await (const batch of readBatches(rows, done)) {
      if (!(await secondLast)) break;
      const next = importNext(batch, again && begun < MAX_CONCURRENT_BATCHES, last);
      next.catch(() => undefined); // handled where it is awaited
      [secondLast, last, begun] = [last, next, begun + 1];
    }
  } catch (error) {
    if (!(error instanceof BrokenFile)) {
      await last;
      throw error;
    }
    broken = error;
  }
  const isComplete = await last;
  if (broken && isComplete) throw broken;
  return isComplete;
}

/** Batches of the rows behind the first `done`; each batch is a list of calls. The same file has the same batches. */
async function* readBatches(rows: AsyncIterable<ImportRow>, done: number): AsyncGenerator<ImportRow[][]> {
  let batch: ImportRow[][] = [];
  let rowsOfCall: ImportRow[] = [];
  let variantCount = 0;
  let at = 0;
  const endCall = () => {
    if (rowsOfCall.length > 0) batch.push(rowsOfCall);
    [rowsOfCall, variantCount] = [[], 0];
  };
  try {
    for await (const row of rows) {
      at += 1;
      if (at <= done) continue;
      rowsOfCall.push(row);
      variantCount += 'input' in row ? (row.input.variants?.length ?? 0) : 0;
      if (rowsOfCall.length < MAX_ROWS_PER_CALL && variantCount < MAX_VARIANTS_PER_CALL) continue;
      endCall();
      if (batch.length < CALLS_PER_BATCH) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    endCall();
    if (batch.length > 0) yield batch;
    throw error;
  }
  endCall();
  if (batch.length > 0) yield batch;
}

/** The results of one call, refused rows included. */
async function resultsOf(
  rowsOfCall: readonly ImportRow[],
  apply: (rows: ImportedRow[]) => Promise<RowOutcome[]>,
): Promise<RowResult[]> {
  const validRows = rowsOfCall.flatMap((row) => ('input' in row ? [row] : []));
  const outcomes = (validRows.length > 0 ? await apply(validRows) : [])[Symbol.iterator]();
  return rowsOfCall.map((row): RowResult => {
    if ('detail' in row) return { line: row.line, outcome: { kind: 'refused', detail: row.detail } };
    const { value } = outcomes.next();
    if (!value) throw new Error(`line ${row.line} has no outcome`);
    return { line: row.line, outcome: value };
  });
}
