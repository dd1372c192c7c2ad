import { describe, expect, test } from '@jest/globals';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { errors } from '../../../services/shared/problems.ts';
import { couponsStep } from '../../../services/shopping/order/saga/steps/coupons-step.ts';
import type { Reservation } from '../../../services/shopping/order/saga/steps/reservation.ts';
import type { ReservationStep } from '../../../services/shopping/order/saga/steps/reservation-step.ts';
import { stockStep } from '../../../services/shopping/order/saga/steps/stock-step.ts';

const reservation: Reservation = {
  orderId: 'ord_1',
  customerId: 'cus_1',
  items: [
    { sku: 'MUG', quantity: 2 },
    { sku: 'BOWL', quantity: 1 },
  ],
  couponCodes: ['SAVE', 'SHIP'],
};
const NAMES = ['MUG', 'BOWL', 'SAVE', 'SHIP'];

/** Other services, which answer by the SKU or the code that they are called with. */
function services(outcomeOf: (name: string) => object | Error) {
  const calls: string[] = [];
  const call = async (action: string, { sku, code }: { sku?: string; code?: string }) => {
    const name = sku ?? code ?? '';
    calls.push(`${action} ${name}`);
    const outcome = outcomeOf(name);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const silent = async () => undefined;
  return { calls, rpc: { call, emit: silent, broadcast: silent } as Rpc };
}
const reserve = (step: ReservationStep, outcomeOf: (name: string) => object | Error) =>
  step.reserve(reservation, services(outcomeOf).rpc);

describe.each<[string, ReservationStep, object]>([
  ['stock', stockStep, { outcome: 'reserved', available: 5 }],
  ['coupons', couponsStep, { outcome: 'taken' }],
])('the step of %s', (_, step, reserved) => {
  const ofStep = (names: string[]) => names.filter((name) => NAMES.indexOf(name) < 2 === (step === stockStep));

  test('is done when all of it is reserved', async () => {
    expect(await reserve(step, () => reserved)).toBeUndefined();
  });

  test('rejects the order as expired when any of it was released before', async () => {
    for (const closed of ofStep(NAMES)) {
      const outcome = await reserve(step, (name) => (name === closed ? { outcome: 'closed', available: 0 } : reserved));
      expect(outcome).toEqual({ code: 'order-expired' });
    }
  });

  test('leaves an unknown outcome unknown', async () => {
    const fault = errors.unavailable('no answer');
    await expect(reserve(step, () => fault)).rejects.toBe(fault);
  });

  test('undoes each of what it reserves, before the payment and after it', async () => {
    const { calls, rpc } = services(() => reserved);
    await step.reserve(reservation, rpc);
    const names = calls.map((call) => call.split(' ')[1]);
    expect(names).toEqual(ofStep(NAMES));
    calls.length = 0;
    await step.release(reservation, rpc);
    expect(calls.map((call) => call.split(' ')[1])).toEqual(names);
    calls.length = 0;
    await step.takeBack(reservation, 1, rpc);
    expect(calls.map((call) => call.split(' ')[1])).toEqual(names);
  });

  test('has an outbox entry for each, with an id of its own', () => {
    const ids = (['releaseEntries', 'commitEntries', 'forgetEntries'] as const).flatMap((kind) =>
      step[kind](reservation).map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(6);
  });
});

test('too little stock rejects the order with all that is short, a SKU that was never stocked among it', async () => {
  const unknown = errors.notFound('This SKU');
  const rejection = await reserve(stockStep, (name) => (name === 'MUG' ? { outcome: 'short', available: 1 } : unknown));
  expect(rejection).toEqual({
    code: 'out-of-stock',
    items: [
      { sku: 'MUG', requested: 2, available: 1 },
      { sku: 'BOWL', requested: 1, available: 0 },
    ],
  });
  const { rpc } = services(() => unknown);
  await expect(stockStep.release(reservation, rpc)).resolves.toBeUndefined();
});

test('a coupon that is used up rejects the order by its name', async () => {
  const rejection = await reserve(couponsStep, (name) => ({ outcome: name === 'SHIP' ? 'used-up' : 'taken' }));
  expect(rejection).toEqual({ code: 'coupon-refused', coupon: 'SHIP', reason: 'used-up' });
});
