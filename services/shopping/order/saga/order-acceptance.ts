import type { Params, Result } from '../../../../lib/contract/contract.ts';
import { errors } from '../../../shared/problems.ts';
import type { PricedBasket } from '../../checkout/basket.ts';
import { type GuestRequest, guestOf } from '../guest/guest-request.ts';
import { beginOrder, hasShippedGoods, type NewOrder, type Order } from '../order.ts';

/** A request to order the customer's cart. */
export interface OrderRequest {
  customerId: string;
  /** The guest who sent it; its order is known by its id. */
  guest?: GuestRequest | undefined;
  idemKey: string;
  fingerprint: string;
  paymentMethod: string;
  /** The payment provider, and how long the order can be paid, in ms. */
  provider: string;
  paymentTime: number;
  body: Omit<Params<'order.place'>, 'idempotencyKey'>;
  /** In ms since the epoch. */
  receivedAt: number;
  /** Id of the node that received the request and processes the order. */
  owner: string;
}

/** The stored facts that the decision about a request depends on. */
export interface AcceptanceFacts {
  /** The order of an earlier request with the same key. */
  earlier: Order | null;
  cart: Result<'cart.content'>;
  /** The order that has claimed the cart, if that is known. */
  claimant?: Order | null;
}

export type Acceptance =
  | { outcome: 'repeated'; order: Order }
  | { outcome: 'refused'; problem: Error }
  /** The order can be stored, which claims the cart. */
  | { outcome: 'acceptable' };

/** Decides about a request for an order. The problem is order-open or empty-cart. */
export function decideAcceptance(
  { receivedAt }: Pick<OrderRequest, 'receivedAt'>,
  { earlier, cart, claimant = null }: AcceptanceFacts,
): Acceptance {
  if (earlier) return { outcome: 'repeated', order: earlier };
  const problem = cartProblem(cart, receivedAt) ?? claimProblem(claimant);
  return problem ? { outcome: 'refused', problem } : { outcome: 'acceptable' };
}

function cartProblem({ items, openOrder, lastOrder }: Result<'cart.content'>, receivedAt: number): Error | undefined {
  if (openOrder) return errors.orderOpen(openOrder.id, openOrder.status);
  if (items.length > 0) return undefined;
  // The cart was full when this request came in: the shopper has sent it more than once.
  if (lastOrder && Date.parse(lastOrder.at) >= receivedAt) return errors.orderOpen(lastOrder.id, 'PAID');
  return errors.emptyCart();
}

/** A rejected order releases the cart, so that it can be ordered again. */
function claimProblem(claimant: Order | null): Error | undefined {
  const isOver = claimant?.state === 'REJECTING' || claimant?.state === 'REJECTED';
  return claimant && !isOver ? errors.orderOpen(claimant._id, claimant.state) : undefined;
}

/** @throws price-changed when the total is not the one that the customer expects */
export function refusePriceChange({ body }: Pick<OrderRequest, 'body'>, { priced }: PricedBasket): void {
  const { total } = priced.totals;
  const { expectedTotal = total } = body;
  if (expectedTotal.amount !== total.amount || expectedTotal.currency !== total.currency) {
    throw errors.priceChanged(total);
  }
}

/** @throws invalid-request for goods that are shipped without an address */
export function refuseMissingAddress({ priced, address }: Pick<PricedBasket, 'priced' | 'address'>): void {
  if (address || !hasShippedGoods(priced)) return;
  throw errors.invalidField('/addressId', 'Goods that are shipped need an address: send either addressId or address.');
}

/** The order of an accepted request. @param id the id under which its stock is on hold, or a new one */
export function draftOrder(
  request: OrderRequest,
  { claim: cartClaim }: Pick<Result<'cart.content'>, 'claim'>,
  { priced, address, destination, billingAddress, isReverseCharge }: PricedBasket,
  id: string,
  now: Date,
): NewOrder {
  const { customerId, idemKey, fingerprint, paymentMethod, provider, paymentTime, owner, body } = request;
  const guest = request.guest && guestOf(request.guest, id);
  const [payment, { note }] = [{ paymentMethod, provider, paymentTime }, body];
  const place = address ? { shippingAddress: address } : { destination };
  // The VAT id of a reverse charge stays, also when staff corrects the shipping address.
  const invoiced = billingAddress ?? (isReverseCharge ? address : undefined);
  const billing = {
    ...(invoiced && { billingAddress: invoiced }),
    ...(isReverseCharge && { isReverseCharge: true as const }),
  };
  const who = { id, customerId, guest, idemKey, fingerprint, cartClaim, owner };
  return beginOrder({ ...who, priced, ...place, ...billing, ...payment, note }, now);
}
