import type { Rpc } from '../../../../../lib/contract/contract.ts';
import type { OutboxEntry } from '../../../../../mixins/store/outbox.ts';
import type { Rejection } from '../../order-state.ts';
import type { OrderStep } from '../order-steps.ts';
import type { Reservation } from './reservation.ts';

/**
 * A step of the saga that reserves something, with its undos: `release` undoes `reserve`, and `takeBack` undoes the
 * commit that follows the payment. All are keyed by the order's id, so each can be repeated, by any worker and at the
 * same time.
 */
export interface ReservationStep {
  /** The step at which an order is parked if `reserve` keeps failing. */
  parksAt: OrderStep;
  /** @returns the reason to reject the order; `undefined` if all is reserved */
  reserve(reservation: Reservation, rpc: Rpc): Promise<Rejection | undefined>;
  /** Undoes `reserve`. A `reserve` that is still under way fails. */
  release(reservation: Reservation, rpc: Rpc): Promise<void>;
  /** `release` as outbox entries, for an order that does not wait for it. */
  releaseEntries(reservation: Reservation): OutboxEntry[];
  /** The commit: the order is paid, so reserved quantities are sold. */
  commitEntries(reservation: Reservation): OutboxEntry[];
  /** Undoes the commit, once for each order. @param until in ms since the epoch: a later command is refused */
  takeBack(reservation: Reservation, until: number, rpc: Rpc): Promise<void>;
  /** Forgets the key of `takeBack`, as it is not repeated any more. */
  forgetEntries(reservation: Reservation): OutboxEntry[];
}
