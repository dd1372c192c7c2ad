import type { Rpc } from '../../../../../lib/contract/contract.ts';
import type { OutboxEntry } from '../../../../../mixins/store/outbox.ts';
import type { Rejection } from '../../order-state.ts';
import type { OrderStep } from '../order-steps.ts';
import type { Reservation } from './reservation.ts';

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
