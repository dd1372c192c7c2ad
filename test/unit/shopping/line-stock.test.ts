import assert from 'node:assert/strict';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineStock, MAX_TOLD_PIECES } from '../../../services/shopping/cart/line-stock.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

test('a line has all that is asked for while there is enough, with what is reserved for its shopper', () => {
  expect(lineStock(3, 3, 0)).toEqual({ available: 3, isShort: false });
  expect(lineStock(3, 2, 1)).toEqual({ available: 3, isShort: false });
  expect(lineStock(3, 0, 3)).toEqual({ available: 3, isShort: false });
});

test('a short line names what can be had, and tells no more than a few pieces of it', () => {
  expect(lineStock(3, 2, 0)).toEqual({ available: 2, isShort: true });
  expect(lineStock(3, 0, 0)).toEqual({ available: 0, isShort: true });
  expect(lineStock(3, -1, 1)).toEqual({ available: 1, isShort: true });
  expect(lineStock(99, 60, 0)).toEqual({ available: MAX_TOLD_PIECES, isShort: true });
  expect(lineStock(99, 1, 40)).toEqual({ available: 40, isShort: true });
});

test(`what is said to be available can be had, and never exceeds what is asked for (seed ${seed})`, () => {
  const pieces = fc.integer({ min: 1, max: 99 });
  const property = fc.property(pieces, fc.nat(200), fc.nat(99), (quantity, stock, reserved) => {
    const { available, isShort } = lineStock(quantity, stock, reserved);
    assert.ok(available <= quantity);
    assert.ok(available <= stock + reserved);
    assert.equal(isShort, stock + reserved < quantity);
    assert.equal(isShort, available < quantity);
  });
  fc.assert(property, { seed });
});
