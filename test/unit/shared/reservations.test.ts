import assert from 'node:assert/strict';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { acknowledge, applyOnce } from '../../../mixins/store/idempotency-log.ts';
import { assignPath, deepCopy } from '../../../mixins/store/patch.ts';
import { newId } from '../../../services/shared/ids.ts';
import {
  closeReservation,
  commitReservation,
  emptyReservable,
  type KeyedQuantity,
  type ReservableQuantity,
  releaseReservation,
  reserveQuantity,
  returnQuantity,
} from '../../../services/shared/reservations.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const START = Date.parse('2026-03-01T10:00:00Z');
const at = (ms: number) => new Date(START + ms);
const orderAt = (ms: number) => newId('ord', at(ms));
const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Doc extends ReservableQuantity {
  _id: string;
  rev: number;
  received: number;
}

/** Decides and applies; what was decided on must stay as it is. */
function apply<A>(doc: Doc, decide: (doc: Doc) => Decision<A>): { answer: A; doc: Doc; changed: boolean } {
  const unchanged = deepCopy(doc);
  const { answer, patch } = decide(doc);
  assert.deepEqual(doc, unchanged);
  const next = deepCopy(doc);
  for (const [path, value] of Object.entries(patch ?? {})) assignPath(next, path, value, []);
  return { answer, doc: next, changed: patch !== undefined };
}

const empty = (received: number): Doc => ({ _id: 'MUG', rev: 0, ...emptyReservable(received), received });

/** So many that one order has bought. */
function soldTo(orderId: string, quantity: number): Doc {
  const held = apply(empty(quantity), (doc) => reserveQuantity(doc, orderId, quantity)).doc;
  return apply(held, (doc) => commitReservation(doc, orderId, at(0))).doc;
}

const receive = (doc: Doc, command: KeyedQuantity, now: Date) =>
  applyOnce(doc, command, now, () => ({
    available: doc.available + command.quantity,
    received: doc.received + command.quantity,
  }));

const levels = ({ available, reserved, sold }: ReservableQuantity) => ({ available, reserved, sold });
/** A key that was taken back at `ms`, which pushes out what may be forgotten by then. */
const another = (doc: Doc, ms: number) =>
  apply(doc, (it) => returnQuantity(it, { key: `other-${ms}`, quantity: 1, until: START + ms }, at(ms))).doc;

test('what was sold is taken back once, however often it is asked for', () => {
  const command = { key: 'ord', quantity: 3, until: START + SECOND };
  const first = apply(soldTo(orderAt(0), 5), (doc) => returnQuantity(doc, command, at(0)));
  expect(levels(first.doc)).toEqual({ available: 3, reserved: 0, sold: 2 });
  const again = apply(first.doc, (doc) => returnQuantity(doc, { ...command, until: START + MINUTE }, at(SECOND)));
  expect(again.changed).toBe(false);
});

test('more than was sold is never taken back', () => {
  const command = { key: 'k', quantity: 6, until: START };
  expect(() => returnQuantity(soldTo(orderAt(0), 5), command, at(0))).toThrow('k gives back 6 of 5');
});

test('a command is refused after its deadline, and when that is more than a minute ahead', () => {
  const decide = (until: number) => () =>
    returnQuantity(soldTo(orderAt(0), 5), { key: 'k', quantity: 1, until }, at(0));
  expect(decide(START)).not.toThrow();
  expect(decide(START + MINUTE)).not.toThrow();
  for (const until of [START - 1, START + MINUTE + 1]) {
    expect(decide(until)).toThrow(expect.objectContaining({ type: 'unavailable' }));
  }
});

test('a key stays until it is acknowledged, with any other commands in between', () => {
  let doc = apply(soldTo(orderAt(0), 5), (it) =>
    returnQuantity(it, { key: 'k', quantity: 1, until: START }, at(0)),
  ).doc;
  doc = another(doc, 60 * MINUTE);
  const late = { key: 'k', quantity: 1, until: START + 61 * MINUTE };
  expect(apply(doc, (it) => returnQuantity(it, late, at(61 * MINUTE))).changed).toBe(false);
});

test('a key that was acknowledged long after its change is kept for two minutes from then', () => {
  let doc = apply(soldTo(orderAt(0), 5), (it) =>
    returnQuantity(it, { key: 'k', quantity: 1, until: START }, at(0)),
  ).doc;
  const acked = 10 * MINUTE;
  // Sent just before the acknowledgement, by one whose first answer was lost, and stuck on its way.
  const late = { key: 'k', quantity: 1, until: START + acked + MINUTE };
  doc = apply(doc, (it) => acknowledge(it, 'k', at(acked))).doc;
  doc = another(doc, acked + SECOND);
  expect(apply(doc, (it) => returnQuantity(it, late, at(acked + MINUTE))).changed).toBe(false);
  expect(doc.back).toHaveProperty('k');
  doc = another(doc, acked + 2 * MINUTE + 1);
  expect(doc.back).not.toHaveProperty('k');
  expect(() => returnQuantity(doc, late, at(acked + 2 * MINUTE + 1))).toThrow(
    expect.objectContaining({ type: 'unavailable' }),
  );
});

test('forgetting again, or what was never taken back, changes nothing', () => {
  let doc = apply(soldTo(orderAt(0), 5), (it) =>
    returnQuantity(it, { key: 'k', quantity: 1, until: START }, at(0)),
  ).doc;
  expect(apply(doc, (it) => acknowledge(it, 'none', at(0))).changed).toBe(false);
  doc = apply(doc, (it) => acknowledge(it, 'k', at(0))).doc;
  expect(apply(doc, (it) => acknowledge(it, 'k', at(MINUTE))).changed).toBe(false);
});

test('an order that comes back is one that was sold: its end is remembered apart', () => {
  const id = orderAt(0);
  const doc = apply(soldTo(id, 5), (it) => returnQuantity(it, { key: id, quantity: 5, until: START }, at(0))).doc;
  for (const end of [commitReservation, releaseReservation])
    expect(apply(doc, (it) => end(it, id, at(SECOND))).changed).toBe(false);
  expect(reserveQuantity(doc, id, 1).answer.outcome).toBe('closed');
  expect(reserveQuantity(doc, orderAt(1), 5).answer.outcome).toBe('reserved');
});

test('a closed order reserves nothing more, keeps what it holds, and can still end either way', () => {
  for (const [end, sold] of [
    [commitReservation, 2],
    [releaseReservation, 0],
  ] as const) {
    const id = orderAt(0);
    let doc = apply(empty(5), (it) => reserveQuantity(it, id, 2)).doc;
    doc = apply(doc, (it) => closeReservation(it, id, at(SECOND))).doc;
    expect(apply(doc, (it) => closeReservation(it, id, at(SECOND))).changed).toBe(false);
    expect(levels(doc)).toEqual({ available: 3, reserved: 2, sold: 0 });
    // However many come and go meanwhile.
    for (const ms of [10 * MINUTE, 20 * MINUTE])
      doc = apply(doc, (it) => releaseReservation(it, orderAt(ms), at(ms))).doc;
    expect(reserveQuantity(doc, id, 2).answer.outcome).toBe('closed');
    doc = apply(doc, (it) => end(it, id, at(30 * MINUTE))).doc;
    expect(levels(doc)).toEqual({ available: 5 - sold, reserved: 0, sold });
    expect(reserveQuantity(doc, id, 2).answer.outcome).toBe('closed');
  }
});

test('closing an order that holds nothing leaves a tombstone', () => {
  const doc = apply(empty(5), (it) => closeReservation(it, 'o1', at(0))).doc;
  expect(levels(doc)).toEqual({ available: 5, reserved: 0, sold: 0 });
  expect(reserveQuantity(doc, 'o1', 1).answer.outcome).toBe('closed');
});

/** Something that reaches the stock: an order's command, or one of a caller that repeats itself until it is sure. */
interface Move {
  kind: 'reserve' | 'commit' | 'release' | 'close' | 'send' | 'deliver' | 'acknowledge';
  /** Of which order, and which keyed change; even keys take back, odd ones receive. */
  of: number;
  quantity: number;
  pass: number;
  pick: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom('reserve', 'commit', 'release', 'close', 'send', 'send', 'deliver', 'deliver', 'acknowledge'),
  of: fc.nat(5),
  quantity: fc.integer({ min: 1, max: 3 }),
  pass: fc.oneof({ weight: 3, arbitrary: fc.nat(10_000) }, { weight: 1, arbitrary: fc.nat(200_000) }),
  pick: fc.nat(50),
});

test('keyed changes happen once, with any repetitions and delays; the quantities add up', () => {
  const property = fc.property(fc.array(move, { maxLength: 120, size: 'max' }), (moves) => {
    let [doc, now] = [empty(20), 0];
    const orders = Array.from({ length: 6 }, (_, n) => orderAt(n * 20_000));
    const [sent, made, acked] = [[] as KeyedQuantity[], new Map<string, number>(), new Map<string, number>()];
    for (const { kind, of, quantity, pass, pick } of moves) {
      now += pass;
      const [id, key] = [String(orders[of]), `key-${of}`];
      const before = doc;
      const isBack = (command: KeyedQuantity) => Number(command.key.slice(4)) % 2 === 0;
      try {
        if (kind === 'reserve') doc = apply(doc, (it) => reserveQuantity(it, id, quantity)).doc;
        else if (kind === 'commit') doc = apply(doc, (it) => commitReservation(it, id, at(now))).doc;
        else if (kind === 'release') doc = apply(doc, (it) => releaseReservation(it, id, at(now))).doc;
        else if (kind === 'close') doc = apply(doc, (it) => closeReservation(it, id, at(now))).doc;
        else if (kind === 'send') {
          // As long as it is not acknowledged, and no longer.
          if (!acked.has(key)) sent.push({ key, quantity: of + 1, until: +at(now) + MINUTE });
        } else if (kind === 'acknowledge') {
          if (!made.has(key) || acked.has(key)) continue;
          acked.set(key, now);
          doc = apply(doc, (it) => acknowledge(it, key, at(now))).doc;
        } else {
          const command = sent[pick % sent.length];
          if (!command) continue;
          const result = apply(doc, (it) =>
            (isBack(command) ? returnQuantity : receive)(it as never, command, at(now)),
          );
          doc = result.doc;
          if (!result.changed) continue;
          assert.equal(made.has(command.key), false);
          made.set(command.key, command.quantity);
        }
      } catch (error) {
        const { message, type } = error as Error & { type?: string };
        const expected = /holds nothing|gives back/.test(message) || type === 'unavailable';
        if (!expected) throw error;
        assert.equal(doc, before);
      }
      const { available, reserved, sold, received, res } = doc;
      assert.equal(available + reserved + sold, received);
      assert.ok(Math.min(available, reserved, sold) >= 0);
      assert.equal(
        reserved,
        Object.values(res).reduce((a, b) => a + b, 0),
      );
      const receipts = [...made].filter(([name]) => !isBack({ key: name } as KeyedQuantity));
      assert.equal(received, 20 + receipts.reduce((sum, [, count]) => sum + count, 0));
      for (const name of made.keys()) {
        const end = acked.get(name);
        if (end === undefined || now <= end + 2 * MINUTE) assert.ok(Object.hasOwn(doc.back, name));
      }
    }
  });
  fc.assert(property, { seed, numRuns: Number(process.env.FC_RUNS ?? 250) });
});
