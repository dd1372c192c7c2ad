import { BrokenFile, type ImportRow } from './format/row.ts';
import type { ImportedRow } from './imported-row.ts';
import type { RowOutcome } from './outcome.ts';

/** Rows of a part, which are taken in by one call. */
const PART_ROWS = 500;
/** Variants of a part, but for those of its last product: they are checked and compared in one go. */
const PART_VARIANTS = 2000;
/** Parts of a batch that are taken in at the same time: no two rows of a file are of the same product. */
const PARTS = 2;
/** Batches, too; whoever goes on after another one's death may find so many of them done. */
const AT_ONCE = 2;

/** One row and what came of it. */
export interface ImportedResult {
  line: number;
  outcome: RowOutcome;
}

interface Work {
  /** All rows of the file, each product once. */
  rows: AsyncIterable<ImportRow>;
  /** How many of them have been dealt with before. */
  done: number;
  /** Whether more of them may have been. */
  again: boolean;
  /** Takes in what is in order. */
  apply(rows: readonly ImportedRow[], again: boolean): Promise<RowOutcome[]>;
  /** Keeps the results; false: stop. */
  save(results: readonly ImportedResult[]): Promise<boolean>;
}

/**
 * Works a file off from where it was left, in batches, of which two are taken in while a third is read: of the file no
 * more than those are in memory. @returns whether it came to the end;
 * false: it was told to stop. @throws {BrokenFile} when all that can be read has been dealt with
 */
export async function runImport({ rows, done, again, apply, save }: Work): Promise<boolean> {
  const takeIn = async (
    batch: readonly ImportRow[][],
    mayBeDone: boolean,
    before: Promise<boolean>,
  ): Promise<boolean> => {
    const results = await Promise.all(batch.map((part) => resultsOf(part, (rows) => apply(rows, mayBeDone))));
    // In the order of the file: how far it is, is a number.
    const wentOn = await before;
    return (await save(results.flat())) && wentOn;
  };
  let [last, lastButOne] = [Promise.resolve(true), Promise.resolve(true)];
  let begun = 0;
  let broken: BrokenFile | undefined;
  try {
    for await (const batch of batchesOf(rows, done)) {
      if (!(await lastButOne)) break;
      const next = takeIn(batch, again && begun < AT_ONCE, last);
      next.catch(() => undefined); // told of when it is awaited
      [lastButOne, last, begun] = [last, next, begun + 1];
    }
  } catch (error) {
    if (!(error instanceof BrokenFile)) {
      await last;
      throw error;
    }
    broken = error;
  }
  const isThrough = await last;
  // What came before was in order.
  if (broken && isThrough) throw broken;
  return isThrough;
}

/** Those of a file behind the first `done`, many at a time: again, in the same parts. */
async function* batchesOf(rows: AsyncIterable<ImportRow>, done: number): AsyncGenerator<ImportRow[][]> {
  let batch: ImportRow[][] = [];
  let part: ImportRow[] = [];
  let variants = 0;
  let at = 0;
  const end = () => {
    if (part.length > 0) batch.push(part);
    [part, variants] = [[], 0];
  };
  try {
    for await (const row of rows) {
      at += 1;
      if (at <= done) continue;
      part.push(row);
      variants += 'input' in row ? (row.input.variants?.length ?? 0) : 0;
      if (part.length < PART_ROWS && variants < PART_VARIANTS) continue;
      end();
      if (batch.length < PARTS) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    end();
    if (batch.length > 0) yield batch;
    throw error;
  }
  end();
  if (batch.length > 0) yield batch;
}

async function resultsOf(
  part: readonly ImportRow[],
  apply: (rows: ImportedRow[]) => Promise<RowOutcome[]>,
): Promise<ImportedResult[]> {
  const rows = part.flatMap((row) => ('input' in row ? [row] : []));
  const outcomes = (rows.length > 0 ? await apply(rows) : [])[Symbol.iterator]();
  return part.map((row): ImportedResult => {
    if ('wrong' in row) return { line: row.line, outcome: { kind: 'refused', detail: row.wrong } };
    const { value } = outcomes.next();
    if (!value) throw new Error(`nothing came of line ${row.line}`);
    return { line: row.line, outcome: value };
  });
}
