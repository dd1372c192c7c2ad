import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { type Cart, cartClaimOf, customerCart, type OpenOrder, releaseClaim, takeOrdered } from './cart.ts';

interface CurrentCart {
  cart: Cart | null;
  openOrder: OpenOrder | null;
}

/**
 * A cart as its shopper sees it, with the order that is made of it while that order has no outcome. A rejected order
 * releases the cart here. A paid one is taken out here, if the order's outbox has not done so yet: so the cart is empty
 * at once after a paid order.
 */
export async function loadCurrentCart(
  id: string | undefined,
  carts: Pick<Store<Cart>, 'get' | 'change'>,
  rpc: Pick<Rpc, 'call'>,
): Promise<CurrentCart> {
  const cart = id === undefined ? null : await carts.get(id);
  if (!cart || cart.guest) return { cart, openOrder: null };
  const cartClaim = cartClaimOf(cart);
  const order = await rpc.call('order.byCartClaim', { cartClaim });
  if (!order) return { cart, openOrder: null };
  const { id: orderId, status, items } = order;
  switch (status) {
    case 'PENDING':
      return { cart, openOrder: { id: orderId, status } };
    case 'REJECTING':
    case 'REJECTED':
      return {
        cart: await carts.change(cart._id, (doc) => releaseClaim(customerCart(doc), cartClaim)),
        openOrder: null,
      };
    default:
      return {
        cart: await carts.change(cart._id, (doc, now) => takeOrdered(customerCart(doc), orderId, items, now)),
        openOrder: null,
      };
  }
}
