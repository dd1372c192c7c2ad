import type { TokenSecrets } from '../../../../lib/auth/secrets.ts';
import type { Meta, Result } from '../../../../lib/contract/contract.ts';
import { errors } from '../../../shared/problems.ts';
import type { Order } from '../order.ts';
import type { OrderStore } from '../order-store.ts';
import { hashOrderToken, issuedTokenOf } from './order-token.ts';

/**
 * One order, for whoever may act on it: the customer who owns it, or the bearer of its order token. Each action on one order
 * uses it, with `guest: 'order'` in its contract.
 * @throws not-found, also for an order of another customer or guest
 */
export async function getAccessibleOrder(
  { store }: { store: Pick<OrderStore, 'findOne'> },
  id: string,
  { user, orderToken }: Pick<Meta, 'user' | 'orderToken'>,
): Promise<Order> {
  const own = user ? await store.findOne({ _id: id, customerId: user.id }) : null;
  if (own) return own;
  const opened = orderToken ? await store.findOne({ _id: id, 'guest.tokenHashes': hashOrderToken(orderToken) }) : null;
  if (!opened) throw errors.notFound('This order');
  return opened;
}

/** The response to a guest's request for an order, with the token of the order. */
export async function withOrderToken(
  response: Result<'order.get'>,
  orders: Pick<OrderStore, 'get'>,
  secrets: TokenSecrets,
): Promise<Result<'order.place'>> {
  const order = await orders.get(response.id);
  const orderToken = order ? issuedTokenOf(order, secrets) : undefined;
  return { ...response, ...(orderToken ? { orderToken } : {}) };
}
