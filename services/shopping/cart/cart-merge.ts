import type { Store } from '../../../mixins/store/store.ts';
import { type Cart, handedOver, isBlank, merge } from './cart.ts';

/** Whether a guest's cart has anything that a customer's could take. */
export async function hasGoods(carts: Pick<Store<Cart>, 'get'>, guestId: string): Promise<boolean> {
  const guest = await carts.get(guestId);
  return guest !== null && !isBlank(guest);
}

/**
 * Brings a guest's cart into a customer's, by the rule of `merge`, and empties it. The customer's cart has it before the
 * guest's is emptied, so that a crash loses nothing: whoever comes next with the token goes on. What the guest changes
 * meanwhile, or later, is brought in too.
 */
export async function bringIn(
  carts: Pick<Store<Cart>, 'get' | 'change'>,
  guestId: string,
  customerId: string,
): Promise<void> {
  for (;;) {
    const guest = await carts.get(guestId);
    if (!guest || isBlank(guest)) return;
    await carts.change(customerId, (cart, now) => merge(cart, guest, now));
    if (await carts.change(guestId, (cart, now) => handedOver(cart, guest, customerId, now))) return;
  }
}
