import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { type Cart, cartClaimOf, giveBack, type OpenOrder, takeOrdered } from './cart.ts';

interface CurrentCart {
  cart: Cart | null;
  openOrder: OpenOrder | null;
}

/**
 * A cart as its shopper has to see it, with the order that is made of it while that has no outcome. The outcome reaches
 * the cart here: a rejected order gives it back, and what a paid one has of it is taken out when the order's outbox has
 * not done so yet. So after a paid order the cart is empty at once.
 */
export async function currentCart(
  id: string | undefined,
  carts: Pick<Store<Cart>, 'get' | 'change'>,
  rpc: Pick<Rpc, 'call'>,
): Promise<CurrentCart> {
  const cart = id === undefined ? null : await carts.get(id);
  // Orders are of customers' carts only.
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
      return { cart: await carts.change(cart._id, (doc) => giveBack(doc, cartClaim)), openOrder: null };
    default:
      return {
        cart: await carts.change(cart._id, (doc, now) => takeOrdered(doc, orderId, items, now)),
        openOrder: null,
      };
  }
}
