import { fingerprintOf } from '../../../../lib/contract/fingerprint.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import { errors } from '../../../shared/problems.ts';
import { type MoneyBooking, type Receivable, receivablePatch, surplusOf } from './receivable.ts';

/** A request of staff to book money. */
export type BookingRequest = Omit<MoneyBooking, 'fingerprint' | 'at'>;

/** An order has few transfers; a script that runs wild must not make its document too large. */
export const MAX_BOOKINGS = 100;

/**
 * Books money that came in, or was sent back. A repetition with its key changes nothing.
 * @throws idempotency-key-reused; refund-too-high for a payout of more than the surplus; limit-reached
 */
export function bookMoney(receivable: Readonly<Receivable>, request: BookingRequest, now: Date): Decision<Receivable> {
  const { bookings, currency } = receivable;
  const { by: _, key, ...facts } = request;
  const fingerprint = fingerprintOf(facts);
  const known = bookings.find((one) => one.kind !== 'credit' && one.key === key);
  if (known && known.kind !== 'credit') {
    if (known.fingerprint !== fingerprint) throw errors.idempotencyKeyReused();
    return { answer: receivable };
  }
  if (bookings.length >= MAX_BOOKINGS) throw errors.limitReached(`The order has ${MAX_BOOKINGS} bookings.`);
  const surplus = surplusOf(receivable);
  if (request.kind === 'payout' && request.amount > surplus) {
    throw errors.refundTooHigh({ amount: surplus, currency: currency ?? '' });
  }
  const booking: MoneyBooking = { ...request, fingerprint, at: now };
  const patch = receivablePatch(receivable, { bookings: [...bookings, booking] }, now);
  return { answer: { ...receivable, ...patch }, patch };
}
