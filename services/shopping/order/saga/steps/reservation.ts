import type { Item } from '../../../cart/cart.ts';
import type { OrderFields } from '../../order.ts';

/** What is reserved under the id of an order: of one that is placed, or of one to come, by a hold. */
export interface Reservation {
  orderId: string;
  customerId: string;
  items: readonly Item[];
  couponCodes: readonly string[];
}

export const reservationOf = ({ _id, customerId, lines, discounts }: OrderFields): Reservation => ({
  orderId: _id,
  customerId,
  items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  couponCodes: discounts.map(({ code }) => code),
});

/** How long a command to take something back may be under way: after that, its key may be forgotten. */
const TAKE_BACK_TIMEOUT_MS = 20_000;

/** For `takeBack`: computed before the last look at the order, so that who sleeps in between comes too late. */
export const takeBackDeadline = (): number => Date.now() + TAKE_BACK_TIMEOUT_MS;
