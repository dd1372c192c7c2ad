import assert from 'node:assert/strict';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { assignPath, deepCopy } from '../../../mixins/store/patch.ts';
import { unpackMovement } from '../../../services/product/inventory/ledger.ts';
import { commit, release, reserve, type Stock } from '../../../services/product/inventory/stock.ts';
import { newId } from '../../../services/shared/ids.ts';
import { emptyReservable } from '../../../services/shared/reservations.ts';
import { given } from '../../support/spec.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const START = Date.parse('2026-03-01T10:00:00Z');
const at = (ms: number) => new Date(START + ms);
const orderAt = (ms: number) => newId('ord', at(ms));

const stockOf = (available: number): Stock => ({
  ...{ _id: 'MUG', rev: 0, productId: 'prd', ...emptyReservable(available), received: available },
  updatedAt: at(0),
});

/** What a decision leaves; the stock that was decided on must stay as it is. */
function after<A>(stock: Stock, decision: Decision<A>): { answer: A; stock: Stock } {
  const next = deepCopy(stock);
  for (const [path, value] of Object.entries(decision.patch ?? {})) assignPath(next, path, value, []);
  return { answer: decision.answer, stock: next };
}

const held = (orderId: string, quantity: number, available = 10) =>
  after(stockOf(available), reserve(stockOf(available), orderId, quantity, at(0))).stock;
const level = ({ available, reserved, sold, res }: Stock) => ({ available, reserved, sold, res });

test('reserving takes pieces from available to reserved', () => {
  const held = given(stockOf(10)).when(reserve, 'o1', 4, at(1)).thenAnswer({ outcome: 'reserved', available: 6 });
  held.thenState({ ...stockOf(10), available: 6, reserved: 4, res: { o1: 4 }, updatedAt: at(1) });
  expect(unpackMovement(held.state.log?.[2] ?? '')).toEqual({ kind: 'reserve', quantity: 4, ref: 'o1', at: at(1) });
});

test('the last piece can be reserved, and one more cannot', () => {
  given(stockOf(3)).when(reserve, 'o1', 3, at(1)).thenAnswer({ outcome: 'reserved', available: 0 });
  given(stockOf(3)).when(reserve, 'o1', 4, at(1)).thenAnswer({ outcome: 'short', available: 3 }).thenUnchanged();
});

test('reserving again succeeds and changes nothing, even when no more is available', () => {
  const again = given(held('o1', 10)).when(reserve, 'o1', 10, at(1));
  again.thenAnswer({ outcome: 'reserved', available: 0 }).thenUnchanged();
});

test('a commit sells what was held, and another changes nothing', () => {
  const sold = given(held('o1', 4)).when(commit, 'o1', at(1));
  sold.thenState({ available: 6, reserved: 0, sold: 4, res: {} });
  sold.when(commit, 'o1', at(2)).thenUnchanged();
  sold.when(release, 'o1', at(2)).thenUnchanged();
  expect(sold.when(reserve, 'o1', 4, at(2)).answer.outcome).toBe('closed');
});

test('a release gives back what was held, and another changes nothing', () => {
  const free = given(held('o1', 4)).when(release, 'o1', at(1));
  free.thenState({ available: 10, reserved: 0, sold: 0, res: {} });
  free.when(release, 'o1', at(2)).thenUnchanged();
  free.when(reserve, 'o1', 4, at(2)).thenAnswer({ outcome: 'closed', available: 10 });
});

test('a release that overtakes its reserve closes the stock to it', () => {
  const closed = given(stockOf(10))
    .when(release, 'o1', at(1))
    .thenState(level(stockOf(10)));
  expect(closed.when(reserve, 'o1', 1, at(2)).answer.outcome).toBe('closed');
  expect(closed.when(reserve, 'o2', 1, at(2)).answer.outcome).toBe('reserved');
});

test('a commit of what was never held, or was released, is an error', () => {
  const [early, late] = [orderAt(0), orderAt(5)];
  expect(() => commit(stockOf(10), early, at(1))).toThrow(`${early} holds nothing`);
  const free = after(held(late, 4), release(held(late, 4), late, at(1))).stock;
  expect(() => commit(free, late, at(2))).toThrow(`${late} holds nothing`);
});

test('a forgotten order stays closed, and counts as sold to a repeated commit', () => {
  const [old, older, fresh] = [orderAt(0), orderAt(-1), orderAt(200_000)];
  let stock = held(old, 2);
  stock = after(stock, commit(stock, old, at(1000))).stock;
  stock = after(stock, release(stock, fresh, at(200_000))).stock;
  expect(stock).toMatchObject({ done: { [fresh]: -1 }, prunedThrough: old });
  for (const id of [old, older]) {
    expect(reserve(stock, id, 1, at(200_001)).answer.outcome).toBe('closed');
    expect(commit(stock, id, at(200_001))).toEqual({ answer: undefined });
    expect(release(stock, id, at(200_001))).toEqual({ answer: undefined });
  }
});

test('an order with a reservation can end after any time, and after other orders were forgotten', () => {
  const slow = orderAt(0);
  for (const [end, sold] of [
    [commit, 3],
    [release, 0],
  ] as const) {
    let stock = { ...held(slow, 3), prunedThrough: orderAt(900_000) };
    expect(reserve(stock, slow, 3, at(1_000_000)).answer.outcome).toBe('reserved');
    stock = after(stock, end(stock, slow, at(1_000_000))).stock;
    expect(level(stock)).toEqual({ available: 10 - sold, reserved: 0, sold, res: {} });
    expect(reserve(stock, slow, 3, at(1_000_001)).answer.outcome).toBe('closed');
  }
});

test('an order is remembered for two minutes at least', () => {
  const first = orderAt(0);
  let stock = after(stockOf(10), release(stockOf(10), first, at(0))).stock;
  for (let ms = 1000; ms <= 120_000; ms += 1000) {
    const id = orderAt(ms);
    stock = after(stock, release(stock, id, at(ms))).stock;
  }
  expect(stock.done[first]).toBe(-1);
  expect(stock.prunedThrough).toBe('');
});

/** A message for one of some orders; `pass` is how long it took since the one before, in ms. */
interface Message {
  kind: 'reserve' | 'commit' | 'release';
  order: number;
  quantity: number;
  pass: number;
}

const message: fc.Arbitrary<Message> = fc.record({
  kind: fc.constantFrom('reserve', 'commit', 'release'),
  order: fc.nat(11),
  quantity: fc.integer({ min: 1, max: 4 }),
  pass: fc.oneof({ weight: 3, arbitrary: fc.nat(20_000) }, { weight: 1, arbitrary: fc.nat(200_000) }),
});

test('messages that come twice, late and in any order: nothing is lost, doubled or negative', () => {
  const property = fc.property(fc.nat(15), fc.array(message, { maxLength: 80, size: 'max' }), (received, messages) => {
    // Orders are as old as their numbers say; their commands come whenever they come.
    const ids = Array.from({ length: 12 }, (_, n) => orderAt(n * 30_000));
    const [ended, sales] = [new Set<string>(), new Map<string, number>()];
    let [stock, now] = [stockOf(received), 0];
    for (const { kind, order, quantity, pass } of messages) {
      const [id, before] = [String(ids[order]), stock];
      const holds = before.res[id];
      now += pass;
      const unchanged = deepCopy(stock);
      try {
        if (kind === 'reserve') {
          const result = after(stock, reserve(stock, id, quantity, at(now)));
          stock = result.stock;
          const { outcome, available } = result.answer;
          expect(available).toBe(stock.available);
          expect(stock.res[id]).toBe(outcome === 'reserved' ? (holds ?? quantity) : undefined);
          if (ended.has(id)) expect(outcome).toBe('closed');
          if (outcome === 'short') expect(before.available).toBeLessThan(quantity);
        } else {
          stock = after(stock, kind === 'commit' ? commit(stock, id, at(now)) : release(stock, id, at(now))).stock;
          if (kind === 'commit' && holds !== undefined) sales.set(id, holds);
          if (kind === 'release' || holds !== undefined) ended.add(id);
        }
      } catch (error) {
        expect(error).toEqual(new Error(`${id} holds nothing`));
        expect([kind, holds, sales.has(id)]).toEqual(['commit', undefined, false]);
      }
      assert.deepEqual(before, unchanged);
      const { available, reserved, sold, res, prunedThrough } = stock;
      assert.equal(available + reserved + sold, received);
      assert.ok(Math.min(available, reserved, sold) >= 0);
      assert.equal(
        reserved,
        Object.values(res).reduce((a, b) => a + b, 0),
      );
      assert.equal(
        sold,
        [...sales.values()].reduce((a, b) => a + b, 0),
      );
      assert.ok(prunedThrough >= before.prunedThrough);
    }
  });
  fc.assert(property, { seed, numRuns: Number(process.env.FC_RUNS ?? 150) });
});
