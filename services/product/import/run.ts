import { createHash } from 'node:crypto';
import type { Outcome } from './batch.ts';
import { BrokenFile, type Input, type Row } from './row.ts';

const PART = 500;
/** Parts of a batch that are taken in at the same time: no two rows of a file are of the same product. */
const AT_ONCE = 3;

/** One row and what came of it. */
export interface Result {
  line: number;
  outcome: Outcome;
}

interface Work {
  /** All rows of the file. */
  rows: AsyncIterable<Row>;
  /** How many of them have been dealt with before. */
  done: number;
  /** Whether more of them may have been. */
  again: boolean;
  /** Takes in what is in order. */
  apply(inputs: readonly Input[], again: boolean): Promise<Outcome[]>;
  /** Keeps the results; false: stop. */
  save(results: readonly Result[]): Promise<boolean>;
}

/**
 * Works a file off from where it was left, in batches, of which one is read while another is taken in: of the file no
 * more than those two are in memory, and of what was there a number for each slug. @returns whether it came to the end;
 * false: it was told to stop. @throws {BrokenFile} when all that can be read has been dealt with
 */
export async function runImport({ rows, done, apply, save, ...work }: Work): Promise<boolean> {
  const takeIn = async (batch: readonly Row[], again: boolean): Promise<boolean> => {
    const parts = Array.from({ length: Math.ceil(batch.length / PART) }, (_, i) =>
      batch.slice(i * PART, (i + 1) * PART),
    );
    const results = await Promise.all(parts.map((part) => resultsOf(part, (inputs) => apply(inputs, again))));
    return save(results.flat());
  };
  let again = work.again;
  let goesOn = Promise.resolve(true);
  let broken: BrokenFile | undefined;
  try {
    for await (const batch of batchesOf(rows, done)) {
      if (!(await goesOn)) return false;
      goesOn = takeIn(batch, again);
      goesOn.catch(() => undefined); // told of when it is awaited
      again = false;
    }
  } catch (error) {
    if (!(error instanceof BrokenFile)) {
      await goesOn;
      throw error;
    }
    broken = error;
  }
  const isThrough = await goesOn;
  // What came before was in order.
  if (broken && isThrough) throw broken;
  return isThrough;
}

/** Those of a file behind the first `done`, many at a time, and each slug once. */
async function* batchesOf(rows: AsyncIterable<Row>, done: number): AsyncGenerator<Row[]> {
  const seen = new Set<number>();
  let batch: Row[] = [];
  let at = 0;
  try {
    for await (const row of rows) {
      const once = firstOf(row, seen);
      at += 1;
      if (at <= done) continue;
      batch.push(once);
      if (batch.length < AT_ONCE * PART) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

/** Which of two rows of one product should count, nobody could say; the same file again would change it twice more. */
function firstOf(row: Row, seen: Set<number>): Row {
  if ('wrong' in row) return row;
  // 48 bits: of a million slugs, two that are taken for one are as likely as 1 to 500.
  const key = createHash('sha1').update(row.input.slug).digest().readUIntBE(0, 6);
  if (seen.has(key)) return { line: row.line, wrong: `${row.input.slug} is in this file already, further up.` };
  seen.add(key);
  return row;
}

async function resultsOf(batch: readonly Row[], apply: (inputs: Input[]) => Promise<Outcome[]>): Promise<Result[]> {
  const inputs = batch.flatMap((row) => ('input' in row ? [row.input] : []));
  const outcomes = (inputs.length > 0 ? await apply(inputs) : [])[Symbol.iterator]();
  return batch.map((row): Result => {
    if ('wrong' in row) return { line: row.line, outcome: { kind: 'refused', detail: row.wrong } };
    const { value } = outcomes.next();
    if (!value) throw new Error(`nothing came of line ${row.line}`);
    return { line: row.line, outcome: value };
  });
}
