import { errors } from '../../shared/problems.ts';

/** A product on a wishlist; the list is latest first. */
export interface Wish {
  productId: string;
  addedAt: Date;
}

/** A wish as its owner sees it. */
export const wishView = ({ productId, addedAt }: Wish) => ({ productId, addedAt: addedAt.toISOString() });

/** The limit of one product lookup. */
const MAX_WISHES = 100;

/** Adds a product; one that is on the list keeps its time. @throws limit-reached */
export function addWish(wishes: readonly Wish[], productId: string, now: Date): readonly Wish[] {
  if (wishes.some((one) => one.productId === productId)) return wishes;
  if (wishes.length >= MAX_WISHES) throw errors.limitReached(`A wishlist may have ${MAX_WISHES} products.`);
  return [{ productId, addedAt: now }, ...wishes];
}

export const removeWish = (wishes: readonly Wish[], productId: string): readonly Wish[] =>
  wishes.filter((one) => one.productId !== productId);
