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
 * What an order reserves before it is charged (steps/payment-step.ts), side by side. Whatever else an order shall reserve
 * is another step here, and its undos are carried out with the others.
 */
const RESERVATION_STEPS: readonly ReservationStep[] = [stockStep, couponsStep];

/** @returns why the order is rejected; `undefined`: all is reserved */
export async function reserveAll(order: Order, rpc: Rpc): Promise<Rejection | undefined> {
  const reservation = reservationOf(order);
  const rejections = await Promise.all(
    RESERVATION_STEPS.map((step) => runStep(step.parksAt, step.reserve(reservation, rpc))),
  );
  return rejections.find((rejection) => rejection !== undefined);
}

export async function releaseAll(order: Order, rpc: Rpc): Promise<void> {
  const reservation = reservationOf(order);
  await runStep('release', Promise.all(RESERVATION_STEPS.map((step) => step.release(reservation, rpc))));
}

export async function takeBackAll(order: Order, until: number, rpc: Rpc): Promise<void> {
  const reservation = reservationOf(order);
  await Promise.all(
    RESERVATION_STEPS.map((step) => runStepUnlessSkipped('take-back', order, step.takeBack(reservation, until, rpc))),
  );
}

type EntryKind = 'releaseEntries' | 'commitEntries' | 'forgetEntries';

/** The outbox entries of one kind of all steps. */
export function outboxEntriesOf(kind: EntryKind, order: OrderFields): OutboxEntry[] {
  const reservation = reservationOf(order);
  return RESERVATION_STEPS.flatMap((step) => step[kind](reservation));
}
