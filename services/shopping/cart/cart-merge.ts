import type { Store } from '../../../mixins/store/store.ts';
import { type Cart, customerCart, emptyMergedCart, guestCart, hasNothingToMerge, mergeCarts } from './cart.ts';

/** Whether a guest's cart has anything to merge. */
export async function hasContent(carts: Pick<Store<Cart>, 'get'>, guestId: string): Promise<boolean> {
  const guest = await carts.get(guestId);
  return guest !== null && !hasNothingToMerge(guest);
}

/**
 * Merges a guest's cart into a customer's by the rule of `mergeCarts`, and empties it. The customer's cart is written
 * first, so that a crash loses nothing: the next request with the token goes on. Changes by the guest in the meantime
 * are merged too.
 */
export async function mergeGuestCart(
  carts: Pick<Store<Cart>, 'get' | 'change'>,
  guestId: string,
  customerId: string,
): Promise<void> {
  for (;;) {
    const found = await carts.get(guestId);
    if (!found || hasNothingToMerge(found)) return;
    const guest = guestCart(found);
    await carts.change(customerId, (cart, now) => mergeCarts(customerCart(cart), guest, now));
    if (await carts.change(guestId, (cart, now) => emptyMergedCart(guestCart(cart), guest, customerId, now))) return;
  }
}
