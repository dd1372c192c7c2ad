import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { assignPath, deepCopy } from '../../../mixins/store/patch.ts';
import {
  beginHold,
  confirmHold,
  consumeHold,
  dropHold,
  dropUnreserved,
  type Hold,
  holdView,
  isReserving,
  newHold,
  removeReleased,
  reviewHold,
  unconfirmed,
} from '../../../services/shopping/hold/hold.ts';
import {
  grantHold,
  type HoldLimits,
  holdLimits,
  refuseTooManyPieces,
} from '../../../services/shopping/hold/hold-limits.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const START = Date.parse('2026-03-01T10:00:00Z');
const at = (ms: number) => new Date(START + ms);
const ITEMS = [
  { sku: 'MUG', quantity: 2 },
  { sku: 'BOWL', quantity: 1 },
];
const UNTIL = at(900_000);
const NO_ORDERS = new Map<string, boolean>();

function after<A>(doc: Hold, { patch = {} }: Decision<A>): Hold {
  const next = deepCopy(doc);
  for (const [path, value] of Object.entries(patch)) assignPath(next, path, value, []);
  return next;
}

const fresh: Hold = { ...newHold('cus'), rev: 0 };
const wanted = (orderId: string) => ({ orderId, items: ITEMS });
const taking = after(fresh, beginHold(fresh, wanted('o1'), UNTIL, at(0)));
const onHold = after(taking, confirmHold(taking, 'o1', at(100)));
const consumed = after(onHold, consumeHold(onHold, 'key', ITEMS, at(1000)));

test('a hold is shown once all of it is reserved, with the time that remains, and not after that', () => {
  expect(holdView(taking, at(50))).toBeNull();
  expect(holdView(onHold, at(100))).toEqual({
    ...{ id: 'o1', items: ITEMS, expiresAt: UNTIL.toISOString(), remainingSeconds: 900 },
  });
  expect(holdView(onHold, new Date(+UNTIL - 1))).toMatchObject({ remainingSeconds: 1 });
  expect(holdView(onHold, UNTIL)).toBeNull();
  expect(holdView(consumed, at(1001))).toBeNull();
});

test('an order gets the id of a hold for just its items, in any order of them, and again by the same key', () => {
  const { answer } = consumeHold(onHold, 'key', [...ITEMS].reverse(), new Date(+UNTIL - 1));
  expect(answer.orderId).toBe('o1');
  const again = consumeHold(consumed, 'key', ITEMS, at(2000));
  expect(again).toMatchObject({ answer: { orderId: 'o1' } });
  expect(again.patch).toBeUndefined();
  expect(consumeHold(consumed, 'other key', ITEMS, at(2000)).answer.orderId).toBeNull();
});

test.each([
  ['other items', onHold, [ITEMS[0]], at(1000)],
  ['another quantity', onHold, [{ sku: 'MUG', quantity: 1 }, ITEMS[1]], at(1000)],
  ['its end', onHold, ITEMS, UNTIL],
  ['stock that is still being reserved', taking, ITEMS, at(50)],
])('with %s an order does not get the hold, which is given back', (_, hold, items, now) => {
  const left = after(hold, consumeHold(hold, 'key', items as typeof ITEMS, now));
  expect(left).toMatchObject({ current: null, consumed: [], releasing: [{ orderId: 'o1', items: ITEMS }] });
});

test('a new hold gives the one before back, and leaves to an order what that has consumed', () => {
  const second = after(onHold, beginHold(onHold, wanted('o2'), UNTIL, at(2000)));
  expect(second).toMatchObject({ current: { orderId: 'o2', state: 'TAKING' }, releasing: [{ orderId: 'o1' }] });
  const next = after(consumed, beginHold(consumed, wanted('o2'), UNTIL, at(2000)));
  expect(next).toMatchObject({ current: { orderId: 'o2' }, consumed: [{ orderId: 'o1' }], releasing: [] });
  expect(dropHold(consumed, at(2000)).patch).toBeUndefined();
});

test('what was replaced while it was reserved is not held, nor does it end its successor', () => {
  const second = after(taking, beginHold(taking, wanted('o2'), UNTIL, at(10)));
  expect(confirmHold(second, 'o1', at(20))).toEqual({ answer: null });
  expect(dropUnreserved(second, 'o1', at(20)).patch).toBeUndefined();
  expect(after(second, confirmHold(second, 'o2', at(20))).current).toMatchObject({ orderId: 'o2', state: 'HELD' });
});

test('a request for the items that another one is reserving joins it, until that has taken half a minute', () => {
  expect(isReserving(taking, ITEMS.toReversed(), at(29_999))).toBe(true);
  expect(isReserving(taking, ITEMS, at(30_000))).toBe(false);
  expect(isReserving(taking, ITEMS.slice(1), at(10))).toBe(false);
  expect(isReserving(onHold, ITEMS, at(10))).toBe(false);
  expect(isReserving(fresh, ITEMS, at(10))).toBe(false);
});

test('of requests that reserve one hold, the first that has all of it confirms it for each, and none can drop it then', () => {
  expect(confirmHold(onHold, 'o1', at(200))).toEqual({ answer: onHold });
  expect(dropUnreserved(onHold, 'o1', at(200))).toEqual({ answer: onHold });
  expect(after(taking, dropUnreserved(taking, 'o1', at(200)))).toMatchObject({
    current: null,
    releasing: [{ orderId: 'o1' }],
  });
});

test('expiry gives a hold back, and so does half a minute of reserving', () => {
  for (const [hold, due] of [
    [onHold, UNTIL],
    [taking, at(30_000)],
  ] as const) {
    expect(hold.nextAt).toEqual(due);
    expect(after(hold, reviewHold(hold, NO_ORDERS, new Date(+due - 1)))).toMatchObject({ releasing: [] });
    const over = after(hold, reviewHold(hold, NO_ORDERS, due));
    expect(over).toMatchObject({ current: null, releasing: [{ orderId: 'o1' }] });
    expect(over.nextAt).toEqual(new Date(+due + 5000));
    expect(after(over, removeReleased(over, ['o1'], due))).toEqual({ ...fresh, current: null });
  }
});

test('what an order has consumed is given back only when that order is not there after a minute', () => {
  expect(consumed.nextAt).toEqual(at(61_000));
  expect(unconfirmed(consumed, at(60_999))).toEqual([]);
  expect(unconfirmed(consumed, at(61_000))).toEqual(consumed.consumed);
  expect(after(consumed, reviewHold(consumed, new Map([['o1', true]]), at(61_000)))).toEqual(fresh);
  const orphan = after(consumed, reviewHold(consumed, new Map([['o1', false]]), at(61_000)));
  expect(orphan).toMatchObject({ consumed: [], releasing: [{ orderId: 'o1', items: ITEMS }] });
  // Expiry is no matter to it.
  expect(after(consumed, reviewHold(consumed, NO_ORDERS, UNTIL))).toMatchObject({ releasing: [], consumed: [{}] });
});

test('what could not be given back is tried again soon, however long the next hold lasts', () => {
  const second = after(onHold, beginHold(onHold, wanted('o2'), UNTIL, at(2000)));
  const both = after(second, confirmHold(second, 'o2', at(3000)));
  expect(both).toMatchObject({ current: { state: 'HELD' }, releasing: [{ orderId: 'o1' }], nextAt: at(8000) });
  expect(after(both, removeReleased(both, ['o1'], at(8000))).nextAt).toEqual(UNTIL);
});

type Act = 'begin' | 'held' | 'drop' | 'consume' | 'review' | 'release';
const act = fc.record({
  kind: fc.constantFrom<Act>('begin', 'held', 'drop', 'consume', 'review', 'release'),
  pass: fc.oneof(fc.nat(2000), fc.nat(100_000)),
  exists: fc.boolean(),
});

test('commands in any order lose no reservation, and release none of an order', () => {
  const property = fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
    let [hold, now, count] = [fresh, 0, 0];
    const [open, given] = [new Set<string>(), new Map<string, boolean>()];
    for (const { kind, pass, exists } of acts) {
      now += pass;
      const id = `o${count}`;
      if (kind === 'begin') {
        count += 1;
        open.add(`o${count}`);
        hold = after(hold, beginHold(hold, wanted(`o${count}`), at(now + 50_000), at(now)));
      } else if (kind === 'held') hold = after(hold, confirmHold(hold, id, at(now)));
      else if (kind === 'drop') hold = after(hold, dropHold(hold, at(now)));
      else if (kind === 'consume') {
        const { answer, patch } = consumeHold(hold, `key-${count}`, ITEMS, at(now));
        hold = after(hold, { answer, ...(patch ? { patch } : {}) });
        if (answer.orderId) given.set(answer.orderId, given.get(answer.orderId) ?? exists);
      } else if (kind === 'review') {
        const known = new Map(unconfirmed(hold, at(now)).map(({ orderId }) => [orderId, given.get(orderId) === true]));
        hold = after(hold, reviewHold(hold, known, at(now)));
        for (const [orderId, isThere] of known) if (isThere) open.delete(orderId);
      } else {
        const orderIds = hold.releasing.map(({ orderId }) => orderId);
        for (const orderId of orderIds) {
          assert.notEqual(given.get(orderId), true);
          open.delete(orderId);
        }
        hold = after(hold, removeReleased(hold, orderIds, at(now)));
      }
      const { current, consumed: used, releasing, nextAt } = hold;
      const kept = [...(current ? [current] : []), ...used, ...releasing].map(({ orderId }) => orderId);
      assert.deepEqual(new Set(kept), open);
      assert.equal(kept.length, open.size);
      assert.equal(nextAt === null, kept.length === 0);
    }
  });
  fc.assert(property, { seed, numRuns: 500 });
});

describe('what a customer may have on hold', () => {
  const HOLD_MS = 900_000;
  const [verified, unverified] = [holdLimits(true, HOLD_MS), holdLimits(false, HOLD_MS)];
  const limitReached = expect.objectContaining({ type: 'limit-reached' }) as never;
  /** Asks for a hold, and has all of it reserved at once. */
  const ask = (doc: Hold, limits: HoldLimits, now: Date): Hold => {
    const { until, usage } = grantHold(doc, limits, now);
    const begun = after(doc, beginHold(doc, wanted(`o${+now}`), until, now, usage));
    return after(begun, confirmHold(begun, `o${+now}`, now));
  };
  /** Asks again every minute for as long as it is granted; for how long, in ms. */
  const renewed = (doc: Hold, limits: HoldLimits, from: number): { doc: Hold; until: number } => {
    let hold = doc;
    for (let ms = from; ; ms += 60_000) {
      try {
        hold = ask(hold, limits, at(ms));
      } catch (error) {
        expect(error).toMatchObject({ type: 'limit-reached' });
        return { doc: hold, until: +(hold.current as NonNullable<Hold['current']>).until - START };
      }
    }
  };

  test('is bounded in pieces, and by less for an account with an unverified address', () => {
    const items = (quantity: number) => [
      { sku: 'MUG', quantity },
      { sku: 'BOWL', quantity: 1 },
    ];
    expect(() => refuseTooManyPieces(items(49), verified)).not.toThrow();
    expect(() => refuseTooManyPieces(items(50), verified)).toThrow(limitReached);
    expect(() => refuseTooManyPieces(items(9), unverified)).not.toThrow();
    expect(() => refuseTooManyPieces(items(10), unverified)).toThrow(limitReached);
  });

  test.each([
    ['a verified', verified, 3],
    ['an unverified', unverified, 1],
  ])(
    'by %s account that renews it for ever: the stock goes back, and can be held again only in the next window',
    (_, limits, holds) => {
      const { doc, until } = renewed(fresh, limits, 0);
      expect(until).toBe(holds * HOLD_MS);
      const over = after(doc, reviewHold(doc, NO_ORDERS, at(until)));
      expect(over.current).toBeNull();
      for (const ms of [until, limits.windowMs - 1])
        expect(() => grantHold(over, limits, at(ms))).toThrow(limitReached);
      expect(renewed(over, limits, limits.windowMs).until).toBe(limits.windowMs + holds * HOLD_MS);
    },
  );

  test('is not more when it is dropped, or consumed by an order, in between', () => {
    const first = ask(fresh, verified, at(0));
    const dropped = after(first, dropHold(first, at(600_000)));
    const second = ask(dropped, verified, at(700_000));
    const used = after(second, consumeHold(second, 'key', ITEMS, at(1_300_000)));
    const third = ask(used, verified, at(1_400_000));
    expect(third.usage?.usedMs).toBe(1_200_000);
    expect(renewed(third, verified, 1_400_000).until).toBe(1_400_000 + 1_500_000);
  });
});
