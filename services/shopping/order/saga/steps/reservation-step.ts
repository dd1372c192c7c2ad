import type { Rpc } from '../../../../../lib/contract/contract.ts';
import type { OutboxEntry } from '../../../../../mixins/store/outbox.ts';
import type { Item } from '../../../cart/cart.ts';
import type { OrderFields } from '../../order.ts';
import type { Rejection } from '../../order-state.ts';
import type { OrderStep } from '../order-steps.ts';

/** What is reserved under the id of an order: of one that is placed, or of one to come, by a hold. */
export interface Reservation {
  orderId: string;
  customerId: string;
  items: readonly Item[];
  couponCodes: readonly string[];
}

/**
 * A step of the saga that reserves something, with its undos beside it: `release` undoes `reserve`, and `takeBack` undoes
 * the commit that follows the payment. Each can be repeated, by any worker and at the same time, as all go by the order's
 * id.
 */
export interface ReservationStep {
  /** Where an order parks that cannot be reserved for. */
  parksAt: OrderStep;
  /** @returns why it is refused; `undefined`: all of it is reserved */
  reserve(reservation: Reservation, rpc: Rpc): Promise<Rejection | undefined>;
  /** Undoes `reserve`, and makes one that is still under way fail. */
  release(reservation: Reservation, rpc: Rpc): Promise<void>;
  /** `release`, for an order that does not wait for it. */
  releaseEntries(reservation: Reservation): OutboxEntry[];
  /** The order is paid: what is reserved is sold. */
  commitEntries(reservation: Reservation): OutboxEntry[];
  /** Undoes the commit, once for each order. @param until in ms, as Date.now: a command that arrives later is refused */
  takeBack(reservation: Reservation, until: number, rpc: Rpc): Promise<void>;
  /** No `takeBack` comes again: its key can be forgotten. */
  forgetEntries(reservation: Reservation): OutboxEntry[];
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
