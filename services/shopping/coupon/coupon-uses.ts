import type { Decision } from '../../../mixins/store/changes.ts';
import { acknowledge } from '../../../mixins/store/idempotency-log.ts';
import type { Store } from '../../../mixins/store/store.ts';
import * as reservations from '../../shared/reservations.ts';
import { type Coupon, customerCouponId, newCustomerCoupon, takeCustomerUse } from './coupon.ts';

/** A use of a coupon, by a customer for an order. */
export interface CouponUse {
  code: string;
  orderId: string;
  customerId: string;
}

/** `closed`: the use of this order was released before. */
export type TakeOutcome = 'taken' | 'used-up' | 'already-used' | 'closed';

export interface CouponContext {
  store: Store<Coupon>;
  /** How long a hold lasts, in ms. An order that takes its hold's id has an id as old as that. */
  holdTime: number;
}

/**
 * Takes a use from the customer's limit, then from that of all customers. If the second is used up, the first stays
 * taken until the order is rejected, which releases both. It is not released here, as another worker may have taken
 * both since and charged the order.
 */
export async function takeUse(context: CouponContext, { code, orderId, customerId }: CouponUse): Promise<TakeOutcome> {
  const { store } = context;
  const coupon = await store.get(code);
  if (!coupon) return 'used-up';
  const part = await ensureCustomerCoupon(context, coupon, customerId);
  const own = await store.change(part, (doc) => takeCustomerUse(doc, orderId, coupon.input?.perCustomer));
  if (own.outcome !== 'reserved') return own.outcome === 'closed' ? 'closed' : 'already-used';
  const { outcome } = await store.change(code, (doc) => reservations.reserveQuantity(doc, orderId, 1));
  if (outcome === 'reserved') return 'taken';
  return outcome === 'closed' ? 'closed' : 'used-up';
}

/** Makes the use of a paid order final. @throws {Error} when it was not taken, or was released */
export function redeemUse(context: CouponContext, use: CouponUse): Promise<void> {
  return changeBoth(context, use, (doc, now) =>
    reservations.commitReservation(doc, use.orderId, pruningTime(context, now)),
  );
}

/** Releases a use. A tombstone in its place makes a take of this order fail that is still under way. */
export async function releaseUse(context: CouponContext, use: CouponUse): Promise<void> {
  const coupon = await context.store.get(use.code);
  if (!coupon) return;
  await ensureCustomerCoupon(context, coupon, use.customerId);
  await changeBoth(context, use, (doc, now) =>
    reservations.releaseReservation(doc, use.orderId, pruningTime(context, now)),
  );
}

/** Gives back the redeemed use of a cancelled order, once. @throws unavailable when the command comes after `until` */
export function giveBackUse(context: CouponContext, use: CouponUse, until: number): Promise<void> {
  return changeBoth(context, use, (doc, now) =>
    reservations.returnQuantity(doc, { key: use.orderId, quantity: 1, until }, now),
  );
}

/** Forgets the key of a `giveBackUse` that was acknowledged and does not come again. */
export function forgetUse(context: CouponContext, use: CouponUse): Promise<void> {
  return changeBoth(context, use, (doc, now) => acknowledge(doc, use.orderId, now));
}

/**
 * The time to prune by, earlier by the length of a hold. Pruning goes by the times in the orders' ids, so that
 * otherwise younger orders would prune past one that has its hold's id, and it would find its coupon closed.
 */
const pruningTime = ({ holdTime }: CouponContext, now: Date) => new Date(+now - holdTime);

/** The id of a customer's part of a coupon, which is inserted if it does not exist. */
async function ensureCustomerCoupon({ store }: CouponContext, coupon: Coupon, customerId: string): Promise<string> {
  const id = customerCouponId(coupon.code, customerId);
  if (!(await store.get(id))) await store.insert(newCustomerCoupon(coupon, customerId, new Date())); // false: now it is there
  return id;
}

/** Changes the coupon and the customer's part of it. A failure between both does no harm: both can be repeated. */
async function changeBoth(
  { store }: CouponContext,
  { code, customerId }: CouponUse,
  decide: (doc: Readonly<Coupon>, now: Date) => Decision<undefined>,
): Promise<void> {
  await Promise.all([code, customerCouponId(code, customerId)].map((id) => store.change(id, decide)));
}
