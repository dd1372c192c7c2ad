import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { assignPath, deepCopy } from '../../../mixins/store/patch.ts';
import { applyCorrection, type Correction } from '../../../services/product/inventory/correction.ts';
import {
  type CorrectionResult,
  type Movement,
  openingLog,
  packMovement,
  sumMovements,
  trimmedThrough,
  unpackMovement,
} from '../../../services/product/inventory/ledger.ts';
import { LedgerWriter } from '../../../services/product/inventory/ledger-writer.ts';
import {
  type MovementBlock,
  movementRange,
  movementsIn,
  storedBlock,
} from '../../../services/product/inventory/movement-block.ts';
import {
  commit,
  logOf,
  newStock,
  receiveStock,
  release,
  reserve,
  type Stock,
  setLowAt,
  takeBack,
  withLowStock,
  withTrimmedLog,
} from '../../../services/product/inventory/stock.ts';
import { newId } from '../../../services/shared/ids.ts';
import { emptyReservable } from '../../../services/shared/reservations.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const START = Date.parse('2026-03-01T10:00:00Z');
const at = (ms: number) => new Date(START + ms);
const orders = Array.from({ length: 6 }, (_, n) => newId('ord', at(n)));
const fresh = (pieces: number): Stock => ({ ...newStock('MUG', 'prd', pieces, at(0)), rev: 0 });

function apply<A>(stock: Stock, { answer, patch = {} }: Decision<A>): A {
  for (const [path, value] of Object.entries(patch)) assignPath(stock, path, value, []);
  return answer;
}

const ALL = { from: 1, below: Number.POSITIVE_INFINITY };

/** The ledger's collection: each number once. */
class Ledger {
  readonly entries = new Map<number, Movement>();

  add(blocks: readonly MovementBlock[]): void {
    for (const { sku: _, seq, ...movement } of movementsIn(blocks, ALL)) {
      if (!this.entries.has(seq)) this.entries.set(seq, deepCopy(movement));
      assert.deepEqual(this.entries.get(seq), movement);
    }
  }
}

/** A product node, whose writes to the ledger wait for their fate. */
class Node {
  readonly #ledger: Ledger;
  readonly #movementsToFile: number;
  #waiting: { blocks: MovementBlock[]; done: () => void; failed: (error: Error) => void } | undefined;
  writer: LedgerWriter;

  constructor(ledger: Ledger, movementsToFile: number) {
    this.#ledger = ledger;
    this.#movementsToFile = movementsToFile;
    this.writer = this.#start();
  }

  #start(): LedgerWriter {
    const append = (blocks: MovementBlock[]) =>
      new Promise<void>((done, failed) => {
        this.#waiting = { blocks, done, failed };
      });
    const options = { sleep: () => setImmediate(), movementsToFile: this.#movementsToFile };
    return new LedgerWriter(append, () => undefined, options);
  }

  file(fate: 'done' | 'done unseen' | 'not done'): void {
    const { blocks, done, failed } = this.#waiting ?? {};
    this.#waiting = undefined;
    if (blocks && fate !== 'not done') this.#ledger.add(blocks);
    if (fate === 'done') done?.();
    else failed?.(new Error('connection lost'));
  }

  crash(): void {
    this.#waiting = undefined;
    this.writer = this.#start();
  }
}

const correction: fc.Arbitrary<Correction> = fc.oneof(
  fc.record({ kind: fc.constant('receive'), quantity: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    kind: fc.constant('adjust'),
    quantity: fc.integer({ min: -5, max: 5 }),
    reason: fc.constantFrom('lost', 'found', 'damaged'),
  }),
  fc.record({ kind: fc.constant('count'), counted: fc.nat(12) }),
);
const step = fc.record({
  node: fc.nat(1),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('reserve', 'commit', 'release', 'return', 'receive', 'post') },
    { weight: 4, arbitrary: fc.constantFrom('done', 'done unseen', 'not done') },
    { weight: 1, arbitrary: fc.constant('crash') },
  ),
  order: fc.nat(5),
  quantity: fc.integer({ min: 1, max: 4 }),
  correction,
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function decide(stock: Stock, { what, order, quantity, correction }: Step, now: Date): Decision<unknown> {
  const id = orders[order] ?? '';
  const until = +now + 20_000;
  if (what === 'reserve') return reserve(stock, id, quantity, now);
  if (what === 'commit') return commit(stock, id, now);
  if (what === 'release') return release(stock, id, now);
  if (what === 'return') return takeBack(stock, { key: `ret-${order}`, quantity, until }, now);
  if (what === 'receive') return receiveStock(stock, { key: `got-${order}`, quantity, until }, now);
  return applyCorrection(stock, { key: `pst-${order}`, until, ref: 'pst', by: 'cus', correction }, now);
}

test('after any changes of stock and crashes of ledger writers: movements add up, none is missing, none filed twice', async () => {
  const story = fc.array(step, { maxLength: 60, size: 'max' });
  const setting = fc.record({ pieces: fc.nat(10), old: fc.boolean(), movementsToFile: fc.integer({ min: 1, max: 4 }) });
  const property = fc.asyncProperty(setting, story, async ({ pieces, old, movementsToFile }, steps) => {
    const ledger = new Ledger();
    const nodes = [new Node(ledger, movementsToFile), new Node(ledger, movementsToFile)] as const;
    const before = {
      _id: 'MUG',
      rev: 0,
      productId: 'prd',
      ...emptyReservable(pieces),
      received: pieces,
      updatedAt: at(0),
    };
    const stock: Stock = old ? before : fresh(pieces);
    const posted = new Map<number, unknown>();
    for (const [n, one] of steps.entries()) {
      const node = nodes[one.node === 0 ? 0 : 1];
      if (one.what === 'crash') node.crash();
      else if (one.what === 'done' || one.what === 'done unseen' || one.what === 'not done') node.file(one.what);
      else {
        try {
          const unchanged = deepCopy(stock);
          const decision = withTrimmedLog(stock, decide(stock, one, at(n)), node.writer.filedThrough('MUG'));
          assert.deepEqual(stock, unchanged);
          const answer = apply(stock, decision);
          if (one.what === 'post') {
            expect(answer).toEqual(posted.get(one.order) ?? answer);
            posted.set(one.order, deepCopy(answer));
          }
          if (decision.patch) node.writer.enqueueNew(stock);
        } catch (error) {
          expect(String(error)).toMatch(/holds nothing|gives back/);
        }
      }
      await setImmediate();
      await setImmediate();
      const log = logOf(stock);
      const filed = trimmedThrough(log);
      assert.deepEqual(
        Object.keys(log.log).map(Number),
        Array.from({ length: log.seq - filed }, (_, i) => filed + 1 + i),
      );
      const numbers = Array.from({ length: filed }, (_, i) => i + 1);
      assert.deepEqual(
        numbers.filter((seq) => !ledger.entries.has(seq)),
        [],
      );
      const all = [
        ...numbers.flatMap((seq) => ledger.entries.get(seq) ?? []),
        ...Object.values(log.log).map(unpackMovement),
      ];
      const { available, reserved, sold, received, adjusted = 0 } = stock;
      assert.deepEqual({ ...sumMovements(all) }, { available, reserved, sold });
      assert.equal(available + reserved + sold, received + adjusted);
      assert.ok(Math.min(available, reserved, sold) >= 0);
      for (const [seq, text] of Object.entries(log.log)) {
        const movement = unpackMovement(text);
        if (ledger.entries.has(Number(seq))) assert.deepEqual(ledger.entries.get(Number(seq)), movement);
      }
    }
    // Once nothing fails any more, all but the movements since the last ones that were filed leave the document.
    const [one] = nodes;
    for (let more = 0; more < 2 + movementsToFile; more++) {
      const command = { key: `end-${more}`, quantity: 1, until: +at(0) + 20_000 };
      apply(stock, withTrimmedLog(stock, receiveStock(stock, command, at(0)), one.writer.filedThrough('MUG')));
      one.writer.enqueueNew(stock);
      for (let turn = 0; turn < 6; turn++) {
        await setImmediate();
        one.file('done');
      }
    }
    expect(Object.keys(logOf(stock).log).length).toBeLessThanOrEqual(movementsToFile);
  });
  await fc.assert(property, { seed, numRuns: 150 });
});

test('readers take each movement once: from blocks that overlap, and as earlier versions filed it', () => {
  const movement = (seq: number): Movement => ({ kind: 'receive', quantity: seq, ref: `got-${seq}`, at: at(seq) });
  const block = (first: number, last: number) => ({
    ...{ sku: 'MUG', seq: last },
    movements: Array.from({ length: last - first + 1 }, (_, n) => packMovement(movement(first + n))),
  });
  const stored = [block(4, 6), { sku: 'MUG', seq: 1, ...movement(1) }, block(2, 5)];
  const wanted = (from: number, below: number) =>
    Array.from({ length: below - from }, (_, n) => ({ sku: 'MUG', seq: from + n, ...movement(from + n) }));
  expect(movementsIn(stored, ALL)).toEqual(wanted(1, 7));
  expect(movementsIn(stored, { from: 3, below: 5 })).toEqual(wanted(3, 5));
  const { at: time, ...rest } = movement(7);
  expect(unpackMovement(JSON.stringify({ ...rest, at: +time }))).toEqual(movement(7));
});

test('the documents of a range are found by id: those that reach into it, of this SKU alone', () => {
  const movements = ['[]', '[]', '[]'];
  const isIn = (sku: string, seq: number) => {
    const { _id } = storedBlock({ sku, seq, movements });
    const { $gte, $lt } = movementRange('MUG', 10, 20)._id;
    return _id >= $gte && _id < $lt;
  };
  const seqs = [9, 10, 12, 19, 22];
  expect(seqs.map((seq) => isIn('MUG', seq))).toEqual([false, true, true, true, true]);
  for (const sku of ['MUG:', 'MU', 'MUG%', 'MUG-1']) expect(seqs.some((seq) => isIn(sku, seq))).toBe(false);
});

const postOf = (stock: Stock, correction: Correction, key = 'pst_1-0'): CorrectionResult =>
  apply(stock, applyCorrection(stock, { key, until: +at(1) + 1000, ref: 'pst_1', by: 'cus_1', correction }, at(1)));

test('counting corrects the stock to the pieces on the shelf, reserved ones included', () => {
  const stock = fresh(10);
  apply(stock, reserve(stock, orders[0] ?? '', 4, at(1)));
  expect(postOf(stock, { kind: 'count', counted: 9 })).toMatchObject({ outcome: 'done', quantity: -1, available: 5 });
  expect(stock).toMatchObject({ available: 5, reserved: 4, received: 10, adjusted: -1 });
  expect(unpackMovement(stock.log?.[3] ?? '')).toEqual({
    ...{ kind: 'adjust', quantity: -1, reason: 'stock-taking', ref: 'pst_1', by: 'cus_1', at: at(1) },
  });
});

test('what was counted right leaves no movement, and less than is reserved is refused; both answer so again', () => {
  const stock = fresh(10);
  apply(stock, reserve(stock, orders[0] ?? '', 4, at(1)));
  const same = postOf(stock, { kind: 'count', counted: 10 }, 'a');
  expect(same).toMatchObject({ outcome: 'done', quantity: 0, seq: 0 });
  const short = postOf(stock, { kind: 'count', counted: 3 }, 'b');
  expect(short).toMatchObject({ outcome: 'short', available: 6, reserved: 4 });
  expect(stock.seq).toBe(2);
  apply(stock, release(stock, orders[0] ?? '', at(1)));
  expect(postOf(stock, { kind: 'count', counted: 3 }, 'b')).toEqual(short);
  expect(stock.available).toBe(10);
});

test('a stock from before there were movements begins its ledger with what it has', () => {
  const levels = { available: 3, reserved: 2, sold: 5 };
  const { seq, log } = openingLog(levels, at(0));
  expect(seq).toBe(3);
  expect(sumMovements(Object.values(log).map(unpackMovement))).toEqual(levels);
  expect(openingLog({ available: 0, reserved: 0, sold: 0 }, at(0))).toEqual({ seq: 0, log: {} });
});

test('going below the threshold is told once, and again only after it was above', () => {
  const [one = '', two = '', three = ''] = orders;
  const stock = fresh(6);
  const told = (decision: Decision<unknown>) => apply(stock, withLowStock(stock, decision)).lowStock;
  expect(told(reserve(stock, one, 1, at(1)))).toBeUndefined();
  expect(told(reserve(stock, two, 1, at(1)))).toEqual({ sku: 'MUG', productId: 'prd', available: 4, lowAt: 5 });
  expect(stock.standing).toBe('low MUG');
  expect(told(reserve(stock, three, 1, at(1)))).toBeUndefined();
  for (const id of [two, three]) expect(told(release(stock, id, at(1)))).toBeUndefined();
  expect(stock.standing).toBe('ok MUG');
  expect(told(setLowAt(stock, 9, at(1)))).toMatchObject({ available: 5, lowAt: 9 });
  expect(told(setLowAt(stock, 9, at(1)))).toBeUndefined();
});
