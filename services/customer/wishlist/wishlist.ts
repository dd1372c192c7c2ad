import { errors } from '../../shared/problems.ts';

/** What a customer would like to have; the latest first. */
export interface Wish {
  productId: string;
  addedAt: Date;
}

/** As many as one look-up of products takes. */
const MOST = 100;

/** Puts a product on the list; one that is there stays as it is. @throws limit-reached */
export function wish(wishes: readonly Wish[], productId: string, now: Date): readonly Wish[] {
  if (wishes.some((one) => one.productId === productId)) return wishes;
  if (wishes.length >= MOST) throw errors.limitReached(`A wishlist may have ${MOST} products.`);
  return [{ productId, addedAt: now }, ...wishes];
}

export const unwish = (wishes: readonly Wish[], productId: string): readonly Wish[] =>
  wishes.filter((one) => one.productId !== productId);
