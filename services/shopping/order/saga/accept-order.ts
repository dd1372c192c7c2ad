import type { Result, Rpc } from '../../../../lib/contract/contract.ts';
import { isOutage } from '../../../../lib/process/outage.ts';
import { newId } from '../../../shared/ids.ts';
import { errors } from '../../../shared/problems.ts';
import { type CheckoutTerms, priceBasket } from '../../checkout/basket.ts';
import { couponHolderOf, keyFilterOf } from '../guest/guest-request.ts';
import type { NewOrder, Order } from '../order.ts';
import type { OrderStore } from '../order-store.ts';
import {
  decideAcceptance,
  draftOrder,
  type OrderRequest,
  refuseMissingAddress,
  refusePriceChange,
} from './order-acceptance.ts';

interface AcceptedOrder {
  order: Order;
  /** False: the order is that of an earlier request with the same key. */
  isNew: boolean;
}

/** A rejected order can release the cart between two reads of a request, which then begins again. */
const MAX_ACCEPTANCE_ATTEMPTS = 3;

/**
 * Stores the order that a request asks for, if order-acceptance.ts accepts it. Storing it is one write, which accepts
 * the order, takes its Idempotency-Key and claims the cart: both are unique. So most orders need no look-up but that of the
 * cart; where something is against the order, what is known of the key and of the claim is looked up first.
 * @throws order-open when another order is made of the cart; empty-cart, price-changed, and the problems of
 * `priceBasket`
 */
export async function acceptOrder(
  request: OrderRequest,
  terms: CheckoutTerms,
  orders: Pick<OrderStore, 'insert' | 'findOne'>,
  rpc: Rpc,
): Promise<AcceptedOrder> {
  const { customerId } = request;
  const unchecked = await draftUnchecked(request, terms, rpc);
  const accepted = unchecked && (await storeOrder(unchecked, orders));
  if (accepted) return accepted;
  for (let attempt = 0; attempt < MAX_ACCEPTANCE_ATTEMPTS; attempt += 1) {
    const earlier = await orders.findOne(keyFilterOf(request));
    if (earlier) return { order: earlier, isNew: false };
    const cart = await rpc.call('cart.content', { customerId });
    const before = decideAcceptance(request, { earlier, cart });
    const isAcceptable = before.outcome === 'acceptable';
    const draft = isAcceptable ? await priceAndDraft(request, cart, terms, rpc) : null;
    const stored = draft && (await storeOrder(draft, orders));
    if (stored) return stored;
    // The first request with this key, or a request with another key, may have ordered the cart since.
    const first = await orders.findOne(keyFilterOf(request));
    const claimant = isAcceptable && !first ? await orders.findOne({ cartClaim: cart.claim }) : null;
    const after = decideAcceptance(request, { earlier: first, cart, claimant });
    if (after.outcome === 'repeated') return { order: after.order, isNew: false };
    if (after.outcome === 'refused') throw after.problem;
  }
  throw errors.requestInProgress();
}

/** Null: the key or the claim is taken. */
async function storeOrder(draft: NewOrder, orders: Pick<OrderStore, 'insert'>): Promise<AcceptedOrder | null> {
  if (await orders.insert(draft)) return { order: { ...draft, rev: 0 }, isNew: true };
  return null;
}

/**
 * Drafts the order of the stored cart, before it is known whether there is an earlier one of its key or claim.
 * @returns null when something is against it, or when an order of an earlier request could lose its hold by it
 */
async function draftUnchecked(request: OrderRequest, terms: CheckoutTerms, rpc: Rpc): Promise<NewOrder | null> {
  const { customerId, body } = request;
  const cart = await rpc.call('cart.stored', { customerId });
  if (cart.items.length === 0 || cart.mayBeHeld) return null;
  try {
    const basket = await priceBasket(cart, body, couponHolderOf(request), terms, rpc);
    refuseMissingAddress(basket);
    refusePriceChange(request, basket);
    return draftOrder(request, cart, basket, newId('ord'), new Date());
  } catch (error) {
    if (isOutage(error)) throw error;
    return null;
  }
}

async function priceAndDraft(
  request: OrderRequest,
  cart: Result<'cart.content'>,
  terms: CheckoutTerms,
  rpc: Rpc,
): Promise<NewOrder> {
  const { customerId, body } = request;
  const { items, claim: cartClaim } = cart;
  const basket = await priceBasket(cart, body, couponHolderOf(request), terms, rpc);
  refuseMissingAddress(basket);
  refusePriceChange(request, basket);
  const held = request.guest ? undefined : await rpc.call('hold.consume', { customerId, cartClaim, items });
  return draftOrder(request, cart, basket, held?.orderId ?? newId('ord'), new Date());
}
