import type { Reservation } from './reservation.ts';
import type { ReservationStep } from './reservation-step.ts';

/** Takes a use of each coupon. */
export const couponsStep = {
  parksAt: 'take-coupons',

  async reserve(reservation, rpc) {
    const uses = usesOf(reservation);
    const outcomes = await Promise.all(uses.map(async (use) => (await rpc.call('coupon.take', use)).outcome));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome === 'closed') return { code: 'order-expired' };
      const coupon = uses[index]?.code ?? '';
      if (outcome !== 'taken') return { code: 'coupon-refused', coupon, reason: outcome };
    }
    return undefined;
  },

  async release(reservation, rpc) {
    await Promise.all(usesOf(reservation).map((use) => rpc.call('coupon.release', use)));
  },

  releaseEntries: (reservation) =>
    usesOf(reservation).map((use) => ({ id: `release:${use.code}`, action: 'coupon.release', params: use })),

  commitEntries: (reservation) =>
    usesOf(reservation).map((use) => ({ id: `redeem:${use.code}`, action: 'coupon.redeem', params: use })),

  async takeBack(reservation, until, rpc) {
    await Promise.all(usesOf(reservation).map((use) => rpc.call('coupon.giveBack', { ...use, until })));
  },

  forgetEntries: (reservation) =>
    usesOf(reservation).map((use) => ({ id: `forget:${use.code}`, action: 'coupon.forget', params: use })),
} satisfies ReservationStep;

const usesOf = ({ orderId, customerId, couponCodes }: Reservation) =>
  couponCodes.map((code) => ({ code, orderId, customerId }));
