import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import {
  applyOutcome,
  type Cart,
  type CartDecision,
  type ClaimingOrder,
  cartClaimOf,
  newCart,
  type OpenOrder,
} from './cart.ts';

interface CurrentCart {
  cart: Cart | null;
  openOrder: OpenOrder | null;
}

/**
 * A decision about a cart that is brought up to date with its order. `null`: it needs other facts than those that were
 * loaded, as the cart is not the known one.
 */
type CartCommand<A> = (cart: Readonly<Cart>, openOrder: OpenOrder | null, now: Date) => CartDecision<A> | null;

interface CartAccess {
  carts: Pick<Store<Cart>, 'get' | 'change'>;
  rpc: Pick<Rpc, 'call'>;
}

/**
 * A cart as its shopper sees it, with the order that is made of it while that order has no outcome. A rejected order
 * releases the cart here. A paid one is taken out here, if the order's outbox has not done so yet: so the cart is empty
 * at once after a paid order.
 */
export async function loadCurrentCart(id: string | undefined, { carts, rpc }: CartAccess): Promise<CurrentCart> {
  const cart = id === undefined ? null : await carts.get(id);
  const order = await findClaimingOrder(cart, rpc);
  if (!cart || !order || order.status === 'PENDING') {
    return { cart, openOrder: order && { id: order.id, status: order.status } };
  }
  const claim = cartClaimOf(cart);
  return carts.change(cart._id, (doc, now) =>
    isOfClaim(doc, claim) ? applyOutcome(doc, order, now) : { answer: { cart: doc, openOrder: null } },
  );
}

/**
 * Changes a cart as `loadCurrentCart` loads it. One write does both: it takes a paid order out, and changes what is left.
 * @param known the cart as far as it is known, which may be outdated
 * @param prepare loads what the decision needs, beside the look-up of the order, and resolves to the decision
 */
export async function changeCurrentCart<A>(
  id: string,
  known: Cart | null,
  { carts, rpc }: CartAccess,
  prepare: (known: Cart | null) => CartCommand<A> | Promise<CartCommand<A>>,
): Promise<A> {
  for (let cart = known; ; cart = await carts.get(id)) {
    const claim = cartClaimOf(cart ?? { _id: id });
    const [order, decide] = await Promise.all([findClaimingOrder(cart, rpc), prepare(cart)]);
    // A change that is refused creates no cart.
    if (!cart) decide(newCart(id, new Date()), null, new Date());
    const changed = await carts.change(id, (doc, now) => {
      // Another process has moved the generation on, so another order may claim the cart by now.
      if (!isOfClaim(doc, claim)) return { answer: null };
      const { answer: current, patch: outcome } = applyOutcome(doc, order, now);
      const decision = decide(current.cart, current.openOrder, now);
      return decision
        ? { answer: { result: decision.answer }, patch: { ...outcome, ...decision.patch } }
        : { answer: null };
    });
    if (changed) return changed.result;
  }
}

const isOfClaim = (cart: Readonly<Cart>, claim: string): boolean => cartClaimOf(cart) === claim;

async function findClaimingOrder(cart: Cart | null, rpc: CartAccess['rpc']): Promise<ClaimingOrder | null> {
  return cart ? rpc.call('order.byCartClaim', { cartClaim: cartClaimOf(cart) }) : null;
}
