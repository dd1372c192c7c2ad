import type { Item } from '../../../cart/cart.ts';
import { itemsOfOrder, type OrderFields } from '../../order.ts';

/** The stock and coupons that are reserved under the id of an order. A hold reserves under the id of a future order. */
export interface Reservation {
  orderId: string;
  /** Counts the uses of coupons. */
  customerId: string;
  items: readonly Item[];
  couponCodes: readonly string[];
}

/** The reservation of an order. */
export const reservationOf = (order: OrderFields): Reservation => ({
  orderId: order._id,
  customerId: order.guest?.couponHolder ?? order.customerId,
  items: itemsOfOrder(order),
  couponCodes: order.discounts.map(({ code }) => code),
});

/** A command to take back is refused after this time, so that its key can be forgotten. */
const TAKE_BACK_TIMEOUT_MS = 20_000;

/**
 * The deadline of a `takeBack`. Compute it before the last read of the order: a worker that pauses in between is too
 * late.
 */
export const takeBackDeadline = (): number => Date.now() + TAKE_BACK_TIMEOUT_MS;
