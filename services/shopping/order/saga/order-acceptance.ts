import type { Params, Result, Rpc } from '../../../../lib/contract/contract.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import type { Store } from '../../../../mixins/store/store.ts';
import { newId } from '../../../shared/ids.ts';
import { errors } from '../../../shared/problems.ts';
import { priceBasket } from '../../checkout/basket.ts';
import type { PriceBook } from '../../checkout/pricing/rules.ts';
import { begin, type Order } from '../order.ts';

/** A request for an order of what is in its customer's cart. */
export interface OrderRequest {
  customerId: string;
  idemKey: string;
  fingerprint: string;
  paymentMethod: string;
  body: Omit<Params<'order.place'>, 'idempotencyKey'>;
  /** In ms, as Date.now. */
  receivedAt: number;
  /** Id of the node that drives the order on first. */
  owner: string;
}

interface Accepted {
  order: Order;
  /** False: the order is that of an earlier request with the same key. */
  isNew: boolean;
}

type Orders = Pick<Store<Order>, 'insert' | 'findOne'>;

/** A rejected order can give the cart back between two steps of a request, which then begins again. */
const MAX_TRIES = 3;

/**
 * Makes an order of what is in the cart. Storing it is one write, which accepts the order, takes its Idempotency-Key and
 * claims the cart.
 * @throws order-open when another order is made of the cart; empty-cart, price-changed, and what `priceBasket` throws
 */
export async function acceptOrder(request: OrderRequest, book: PriceBook, orders: Orders, rpc: Rpc): Promise<Accepted> {
  const { customerId, idemKey } = request;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const [known, cart] = await Promise.all([
      orders.findOne({ customerId, idemKey }),
      rpc.call('cart.content', { customerId }),
    ]);
    if (known) return { order: known, isNew: false };
    const refusal = refusalOf(cart, request.receivedAt);
    const draft = refusal ? null : await draftOf(request, cart, book, rpc);
    if (draft && (await orders.insert(draft))) return { order: { ...draft, rev: 0 }, isNew: true };
    // The first request with this key may have ordered the cart meanwhile.
    const first = await orders.findOne({ customerId, idemKey });
    if (first) return { order: first, isNew: false };
    if (refusal) throw refusal;
    const other = await orders.findOne({ cartClaim: cart.claim });
    const isRejected = other?.state === 'REJECTING' || other?.state === 'REJECTED';
    if (other && !isRejected) throw errors.orderOpen(other._id, other.state);
  }
  throw errors.requestInProgress();
}

/** Notes that the customer is answered now although the order has no outcome; an order that has one stays as it is. */
export function answerPending(order: Readonly<Order>): Decision<Order> {
  if (order.state !== 'PENDING') return { answer: order };
  const patch = { isAnsweredPending: true };
  return { answer: { ...order, ...patch }, patch };
}

/** Why nothing can be ordered of a cart, if so. */
function refusalOf({ items, openOrder, lastOrder }: Result<'cart.content'>, receivedAt: number): Error | undefined {
  if (openOrder) return errors.orderOpen(openOrder.id, openOrder.status);
  if (items.length > 0) return undefined;
  // It was full when this request came in: the shopper has sent it more than once.
  if (lastOrder && Date.parse(lastOrder.at) >= receivedAt) return errors.orderOpen(lastOrder.id, 'PAID');
  return errors.emptyCart();
}

async function draftOf(request: OrderRequest, cart: Result<'cart.content'>, book: PriceBook, rpc: Rpc) {
  const { customerId, idemKey, fingerprint, paymentMethod, owner, body } = request;
  const { items, claim: cartClaim } = cart;
  const { priced, address: shippingAddress } = await priceBasket(cart, body, customerId, book, rpc);
  const { total } = priced.totals;
  const { expectedTotal = total, note } = body;
  if (expectedTotal.amount !== total.amount || expectedTotal.currency !== total.currency) {
    throw errors.priceChanged(total);
  }
  // Of the stock that the shopper has on hold, under the id that the hold has kept for this order.
  const { orderId } = await rpc.call('hold.consume', { customerId, cartClaim, items });
  const id = orderId ?? newId('ord');
  return begin(
    { id, customerId, idemKey, fingerprint, cartClaim, priced, shippingAddress, paymentMethod, note, owner },
    new Date(),
  );
}
