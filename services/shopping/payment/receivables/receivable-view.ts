import type { Result } from '../../../../lib/contract/contract.ts';
import { orderNumber } from '../../order/order-number.ts';
import { type Booking, missingOf, type Receivable, receivedOf, surplusOf } from './receivable.ts';

/** The account of an order as staff sees it. */
export function receivableViewOf(receivable: Readonly<Receivable>): Result<'receivable.account'> {
  const { _id: orderId, claims, bookings, payableUntil } = receivable;
  const money = (amount: number) => ({ amount, currency: receivable.currency ?? '' });
  return {
    orderId,
    number: orderNumber(orderId),
    provider: claims.at(-1)?.provider ?? 'transfer',
    received: money(receivedOf(receivable)),
    missing: money(missingOf(receivable)),
    surplus: money(surplusOf(receivable)),
    ...(payableUntil ? { payableUntil: payableUntil.toISOString() } : {}),
    bookings: bookings.map((one) => ({
      kind: one.kind,
      amount: money(one.amount),
      ...bankFieldsOf(one),
      at: one.at.toISOString(),
    })),
  };
}

function bankFieldsOf(booking: Readonly<Booking>) {
  if (booking.kind === 'credit') return {};
  const { date, bankReference, by: staffId } = booking;
  return { date, bankReference, staffId };
}
