import { createHash } from 'node:crypto';
import type { Outcome } from './batch.ts';
import { BrokenFile, type Input, type Row } from './row.ts';

const PART = 500;
/** Parts of a batch that are taken in at the same time: no two rows of a file are of the same product. */
const PARTS = 2;
/** Batches, too; whoever goes on after another one's death may find so many of them done. */
const AT_ONCE = 2;

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
 * Works a file off from where it was left, in batches, of which two are taken in while a third is read: of the file no
 * more than those are in memory, and of what was there a number for each slug. @returns whether it came to the end;
 * false: it was told to stop. @throws {BrokenFile} when all that can be read has been dealt with
 */
export async function runImport({ rows, done, again, apply, save }: Work): Promise<boolean> {
  const takeIn = async (batch: readonly Row[], mayBeDone: boolean, before: Promise<boolean>): Promise<boolean> => {
    const parts = Array.from({ length: Math.ceil(batch.length / PART) }, (_, i) =>
      batch.slice(i * PART, (i + 1) * PART),
    );
    const results = await Promise.all(parts.map((part) => resultsOf(part, (inputs) => apply(inputs, mayBeDone))));
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
      if (batch.length < PARTS * PART) continue;
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
