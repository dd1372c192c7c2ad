import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { OutboxEntry } from '../../../../mixins/store/outbox.ts';
import type { Order, OrderFields } from '../order.ts';
import type { Rejection } from '../order-state.ts';
import { runStep, runStepUnlessSkipped } from './order-steps.ts';
import { couponsStep } from './steps/coupons-step.ts';
import { reservationOf } from './steps/reservation.ts';
import type { ReservationStep } from './steps/reservation-step.ts';
import { stockStep } from './steps/stock-step.ts';

/**
 * The reservations of an order, made in parallel before the charge (steps/payment-step.ts). Another reservation is
 * another step in this list; its undos are done with those of the others.
 */
const RESERVATION_STEPS: readonly ReservationStep[] = [stockStep, couponsStep];

/** Reserves stock and coupons. @returns the reason to reject the order; `undefined` if all is reserved */
export async function reserveAll(order: Order, rpc: Rpc): Promise<Rejection | undefined> {
  const reservation = reservationOf(order);
  const rejections = await Promise.all(
    RESERVATION_STEPS.map((step) => runStep(step.parksAt, step.reserve(reservation, rpc))),
  );
  return rejections.find((rejection) => rejection !== undefined);
}

/** Releases all reservations of an order that is not paid. */
export async function releaseAll(order: Order, rpc: Rpc): Promise<void> {
  const reservation = reservationOf(order);
  await runStep('release', Promise.all(RESERVATION_STEPS.map((step) => step.release(reservation, rpc))));
}

/** Takes back all that a paid order has bought. @param until see `ReservationStep.takeBack` */
export async function takeBackAll(order: Order, until: number, rpc: Rpc): Promise<void> {
  const reservation = reservationOf(order);
  await Promise.all(
    RESERVATION_STEPS.map((step) => runStepUnlessSkipped('take-back', order, step.takeBack(reservation, until, rpc))),
  );
}

type EntryKind = 'releaseEntries' | 'commitEntries' | 'forgetEntries';

/** The outbox entries of a kind, of all steps. */
export function outboxEntriesOf(kind: EntryKind, order: OrderFields): OutboxEntry[] {
  const reservation = reservationOf(order);
  return RESERVATION_STEPS.flatMap((step) => step[kind](reservation));
}
