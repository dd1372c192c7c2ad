import { expect, test } from '@jest/globals';
import { addWish, removeWish, type Wish } from '../../../services/customer/wishlist/wishlist.ts';
import { given } from '../../support/spec.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const LATER = new Date('2026-03-01T10:05:00Z');
const MUG: Wish = { productId: 'prd_mug', addedAt: NOW };
const BOWL: Wish = { productId: 'prd_bowl', addedAt: LATER };
const EMPTY: readonly Wish[] = [];
const FULL: readonly Wish[] = Array.from({ length: 100 }, (_, n) => ({ productId: `prd_${n}`, addedAt: NOW }));

test('the latest wish comes first', () => {
  given(EMPTY).evolve(addWish, MUG.productId, NOW).evolve(addWish, BOWL.productId, LATER).thenState([BOWL, MUG]);
});

test('a product that is on the list stays where it is, since when it was', () => {
  given([BOWL, MUG]).evolve(addWish, MUG.productId, LATER).thenUnchanged();
});

test('a product is taken off, and the others stay', () => {
  given([BOWL, MUG]).evolve(removeWish, BOWL.productId).thenState([MUG]);
});

test('taking off a product that is not on the list changes nothing', () => {
  given([MUG]).evolve(removeWish, BOWL.productId).thenUnchanged();
  given(EMPTY).evolve(removeWish, MUG.productId).thenUnchanged();
});

test('a product that was taken off comes first when it is put on again', () => {
  const again = { ...MUG, addedAt: LATER };
  given([BOWL, MUG]).evolve(removeWish, MUG.productId).evolve(addWish, MUG.productId, LATER).thenState([again, BOWL]);
});

test('a list has up to 100 products: one more is refused, one of them is not', () => {
  expect(given(FULL.slice(1)).evolve(addWish, MUG.productId, LATER).state).toHaveLength(100);
  given(FULL).evolve(addWish, MUG.productId, LATER).thenRefused('limit-reached');
  given(FULL).evolve(addWish, 'prd_99', LATER).thenUnchanged();
  given(FULL)
    .evolve(removeWish, 'prd_99')
    .evolve(addWish, MUG.productId, LATER)
    .thenState([{ ...MUG, addedAt: LATER }, ...FULL.slice(0, 99)]);
});
