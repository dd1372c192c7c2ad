import type { Decision } from '../../../mixins/store/changes.ts';
import type { Store } from '../../../mixins/store/store.ts';
import * as allotment from '../../shared/reservations.ts';
import { type Coupon, customersPart, newPart, takeOwn } from './coupon.ts';

/** Whose use of which coupon, for which order. */
export interface Use {
  code: string;
  orderId: string;
  customerId: string;
}

/** `closed`: the order has ended. */
export type Taken = 'taken' | 'used-up' | 'already-used' | 'closed';

export interface UseBook {
  store: Store<Coupon>;
  /** How long a hold lasts, in ms: an order may first come here under an id as old as that. */
  holdTime: number;
}

/**
 * Takes a use: of what the customer may, then of what all may. When the second is short the first stays taken until the
 * order is rejected, which releases both. Not here: another worker may have got both since, and charged the order.
 */
export async function take(book: UseBook, { code, orderId, customerId }: Use): Promise<Taken> {
  const { store } = book;
  const coupon = await store.get(code);
  if (!coupon) return 'used-up';
  const part = await partOf(book, coupon, customerId);
  const own = await store.change(part, (doc) => takeOwn(doc, orderId, coupon.input?.perCustomer));
  if (own.outcome !== 'reserved') return own.outcome === 'closed' ? 'closed' : 'already-used';
  const { outcome } = await store.change(code, (doc) => allotment.reserve(doc, orderId, 1));
  if (outcome === 'reserved') return 'taken';
  return outcome === 'closed' ? 'closed' : 'used-up';
}

/** Makes the use final: it was paid. @throws {Error} when it was not taken, or was given back */
export function redeem(book: UseBook, use: Use): Promise<void> {
  return inBoth(book, use, (doc, now) => allotment.commit(doc, use.orderId, remembering(book, now)));
}

/** Gives a use back; where there is none, a tombstone closes the order for a take that is still under way. */
export async function release(book: UseBook, use: Use): Promise<void> {
  const coupon = await book.store.get(use.code);
  if (!coupon) return;
  await partOf(book, coupon, use.customerId);
  await inBoth(book, use, (doc, now) => allotment.release(doc, use.orderId, remembering(book, now)));
}

/** Gives a redeemed use back, once for each order. @throws unavailable when the command comes too late */
export function giveBack(book: UseBook, use: Use, until: number): Promise<void> {
  return inBoth(book, use, (doc, now) => allotment.takeBack(doc, { key: use.orderId, quantity: 1, until }, now));
}

/** A giveBack was acknowledged, and will not come again. */
export function forget(book: UseBook, use: Use): Promise<void> {
  return inBoth(book, use, (doc, now) => allotment.forget(doc, use.orderId, now));
}

/**
 * Which orders are old enough to be forgotten goes by their ids, as if it were earlier by a hold: else an order whose
 * stock was on hold would find its coupon closed, by younger orders that have come and gone.
 */
const remembering = ({ holdTime }: UseBook, now: Date) => new Date(+now - holdTime);

/** The id of what belongs to a customer, which is made if it is not there. */
async function partOf({ store }: UseBook, coupon: Coupon, customerId: string): Promise<string> {
  const id = customersPart(coupon.code, customerId);
  if (!(await store.get(id))) await store.insert(newPart(coupon, customerId, new Date())); // false: now it is there
  return id;
}

/** Changes what the coupon has for all, and for this customer. Each can be done again, so one that fails is no harm. */
async function inBoth(
  { store }: UseBook,
  { code, customerId }: Use,
  decide: (doc: Readonly<Coupon>, now: Date) => Decision<undefined>,
): Promise<void> {
  await Promise.all([code, customersPart(code, customerId)].map((id) => store.change(id, decide)));
}
