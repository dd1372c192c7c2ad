import * as allotment from '../../lib/allotment.ts';
import type { Decision } from '../../lib/changes.ts';
import type { Store } from '../../mixins/store.ts';
import { type Coupon, customersPart, newPart } from './coupon.ts';

/** Whose use of which coupon, for which order. */
export interface Use {
  code: string;
  orderId: string;
  customerId: string;
}

/** `closed`: the order has ended. */
export type Taken = 'taken' | 'used-up' | 'already-used' | 'closed';

/**
 * Takes a use: of what the customer may, then of what all may. When the second is short the first is given back, with a
 * tombstone: the order is rejected in any case.
 */
export async function take(store: Store<Coupon>, { code, orderId, customerId }: Use): Promise<Taken> {
  const coupon = await store.get(code);
  if (!coupon) return 'used-up';
  if (await ensurePart(store, coupon, customerId)) {
    const own = await store.change(customersPart(code, customerId), (part) => allotment.reserve(part, orderId, 1));
    if (own.outcome !== 'reserved') return own.outcome === 'closed' ? 'closed' : 'already-used';
  }
  if (coupon.limit === null) return 'taken';
  const { outcome } = await store.change(code, (doc) => allotment.reserve(doc, orderId, 1));
  if (outcome === 'reserved') return 'taken';
  await eachPart(store, { code, orderId, customerId }, (part, now) => allotment.release(part, orderId, now));
  return outcome === 'closed' ? 'closed' : 'used-up';
}

/** Gives a use back; where there is none, a tombstone closes the order for a take that is still under way. */
export async function release(store: Store<Coupon>, use: Use): Promise<void> {
  const coupon = await store.get(use.code);
  if (!coupon) return;
  await ensurePart(store, coupon, use.customerId);
  await eachPart(store, use, (part, now) => allotment.release(part, use.orderId, now));
}

/** Makes what belongs to a customer, if each may use the coupon so often only; says whether it is so. */
async function ensurePart(store: Store<Coupon>, { code, input }: Coupon, customerId: string): Promise<boolean> {
  const most = input?.perCustomer;
  if (most === undefined) return false;
  await store.insert(newPart(code, customerId, most, new Date())); // false: it is there
  return true;
}

/** Changes whatever counts a use: what the coupon has for all, and for this customer. */
export async function eachPart(
  store: Store<Coupon>,
  { code, customerId }: Use,
  decide: (part: Readonly<Coupon>, now: Date) => Decision<undefined>,
): Promise<void> {
  const parts = await store.find({ _id: { $in: [code, customersPart(code, customerId)] } });
  // A limit may have been set since: what was never counted is not uncounted.
  const counted = (part: Readonly<Coupon>) => part.limit !== null;
  await Promise.all(
    parts.map(({ _id }) =>
      store.change(_id, (part, now) => (counted(part) ? decide(part, now) : { answer: undefined })),
    ),
  );
}

/** A use that is final. One taken before there was a limit is held by nothing, and stays uncounted. */
export function redeem(part: Readonly<Coupon>, orderId: string, now: Date): Decision<undefined> {
  const known = Object.hasOwn(part.res, orderId) || Object.hasOwn(part.done, orderId) || orderId <= part.prunedThrough;
  return known ? allotment.commit(part, orderId, now) : { answer: undefined };
}

/** A redeemed use that is given back; one that was never counted stays so. */
export function giveBack(part: Readonly<Coupon>, orderId: string, until: number, now: Date): Decision<undefined> {
  if (part.sold < 1 && !Object.hasOwn(part.back, orderId)) return { answer: undefined };
  return allotment.takeBack(part, { key: orderId, quantity: 1, until }, now);
}
