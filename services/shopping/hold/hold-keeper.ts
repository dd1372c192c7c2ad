import type { Rpc } from '../../../lib/contract/contract.ts';
import { type DueQueue, dueIn } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import type { Item } from '../cart/cart.ts';
import { closeStock, releaseStock, reserveStock } from '../order/saga/steps/stock-step.ts';
import {
  beginHold,
  confirmHold,
  consumeHold,
  dropHold,
  dropUnreserved,
  type HeldItems,
  type Hold,
  isReserving,
  removeReleased,
  reviewHold,
  unconfirmed,
} from './hold.ts';
import { grantHold, type HoldLimits, refuseTooManyPieces } from './hold-limits.ts';

const holdFields = dueIn('nextAt');

/** Holds that are due for a review. */
export const holdQueue: DueQueue<Hold> = {
  name: 'holds',
  policy: RETRY_POLICY,
  ...holdFields,
  // The customer's next hold may have released a parked one since.
  read: (hold) => ({ ...holdFields.read(hold), ...(isIdle(hold) ? { parkedAt: null } : {}) }),
};

const isIdle = ({ current, consumed, releasing }: Readonly<Hold>): boolean =>
  current === null && consumed.length === 0 && releasing.length === 0;

/** The store of holds and the client for calls. */
export interface HoldKeeper {
  store: Pick<Store<Hold>, 'get' | 'change'>;
  rpc: Pick<Rpc, 'call'>;
}

/**
 * Reserves items under the id of an order to come, within the customer's limits. The hold before is released first.
 * Requests for the same items at the same time get one hold.
 * @throws limit-reached, and the hold before stays; out-of-stock, and nothing is on hold; hold-replaced when another
 * request has replaced or released the hold since
 */
export async function placeHold(
  customerId: string,
  wanted: HeldItems,
  limits: HoldLimits,
  keeper: HoldKeeper,
): Promise<Hold> {
  const { store, rpc } = keeper;
  const { items } = wanted;
  refuseTooManyPieces(items, limits);
  const begun = await store.change(customerId, (doc, now) => {
    if (isReserving(doc, items, now)) return { answer: doc };
    const { until, usage } = grantHold(doc, limits, now);
    return beginHold(doc, wanted, until, now, usage);
  });
  const { orderId } = begun.current ?? wanted;
  await releaseUnwanted(begun, keeper);
  const { short, isClosed } = await reserveStock({ orderId, items }, rpc);
  if (short.length === 0 && !isClosed) {
    const confirmed = await store.change(customerId, (doc, now) => confirmHold(doc, orderId, now));
    if (confirmed) return confirmed;
  }
  const rest = await store.change(customerId, (doc, now) => dropUnreserved(doc, orderId, now));
  await releaseUnwanted(rest, keeper);
  if (rest.current?.orderId === orderId) return rest;
  if (short.length === 0) throw errors.holdReplaced();
  throw errors.outOfStock(short);
}

/** Releases the hold of a customer, unless an order has consumed it. */
export async function releaseHold(customerId: string, keeper: HoldKeeper): Promise<void> {
  if (!(await keeper.store.get(customerId))) return;
  await releaseUnwanted(await keeper.store.change(customerId, (doc, now) => dropHold(doc, now)), keeper);
}

/**
 * See `consumeHold`. A hold of other items is released before the answer.
 * @returns the id that the order takes, if any
 */
export async function giveHoldToOrder(
  customerId: string,
  cartClaim: string,
  items: readonly Item[],
  keeper: HoldKeeper,
): Promise<string | null> {
  const known = await keeper.store.get(customerId);
  if (!known || known.nextAt === null) return null;
  const { orderId, hold } = await keeper.store.change(customerId, (doc, now) =>
    consumeHold(doc, cartClaim, items, now),
  );
  if (orderId === null) await releaseUnwanted(hold, keeper);
  return orderId;
}

/** Reviews a due hold, and releases the reservations that are not needed any more. */
export async function reviewDueHold(hold: Hold, keeper: HoldKeeper): Promise<void> {
  const { store, rpc } = keeper;
  const exists = await Promise.all(
    unconfirmed(hold, new Date()).map(async (one) => [one.orderId, await orderExists(one, rpc)] as const),
  );
  await releaseUnwanted(await store.change(hold._id, (doc, now) => reviewHold(doc, new Map(exists), now)), keeper);
}

/**
 * Whether the order of a consumed hold exists. An order that does not exist may be stored at any moment, so the
 * reservation is closed, and the order is looked up again: an order that found its reservation open is stored by then,
 * and a later one is refused.
 */
async function orderExists(consumed: HeldItems, rpc: HoldKeeper['rpc']): Promise<boolean> {
  const { orderId } = consumed;
  if (await rpc.call('order.exists', { orderId })) return true;
  await closeStock(consumed, rpc);
  return rpc.call('order.exists', { orderId });
}

/** Releases the unwanted reservations. A reserve that is still under way fails then. */
async function releaseUnwanted({ _id, releasing }: Hold, { store, rpc }: HoldKeeper): Promise<void> {
  if (releasing.length === 0) return;
  await Promise.all(releasing.map((reservation) => releaseStock(reservation, rpc)));
  const orderIds = releasing.map(({ orderId }) => orderId);
  await store.change(_id, (doc, now) => removeReleased(doc, orderIds, now));
}
