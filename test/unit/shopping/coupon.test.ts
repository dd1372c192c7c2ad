import { expect, test } from '@jest/globals';
import {
  type Coupon,
  type CouponInput,
  changeTerms,
  checkUses,
  codeOf,
  couponView,
  newCoupon,
  newCustomerCoupon,
  takeCustomerUse,
  termsOf,
  UNLIMITED_USES,
} from '../../../services/shopping/coupon/coupon.ts';
import { parseCouponInput } from '../../../services/shopping/coupon/coupon-input.ts';
import { given } from '../../support/spec.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const SHOP = { currency: 'EUR', currencies: ['EUR', 'USD'], timeZone: 'Europe/Berlin' };
const NOW = new Date('2026-03-01T10:00:00Z');
const fixed = { kind: 'fixed', amount: 500 } as const;

const coupon = (input: Partial<CouponInput> = {}): Coupon => ({
  ...newCoupon('SAVE', { ...fixed, ...input }, NOW),
  rev: 0,
});
const part = (input: Partial<CouponInput> = {}): Coupon => ({
  ...newCustomerCoupon(coupon(input), 'cus', NOW),
  rev: 0,
});

const adds = ({ limit, available, reserved, sold }: Coupon) => available + reserved + sold === limit;
const refusal = (reason: string) => ({ code: 'SAVE', reason });

test('a code is one code in any case', () => {
  expect(codeOf(' save-10 ')).toBe('SAVE-10');
});

test.each([
  [
    { kind: 'percentage', percent: 1000 },
    { code: 'SAVE', kind: 'percentage', percent: 1000 },
  ],
  [
    { kind: 'fixed', amount: 500, minimum: 2000 },
    { code: 'SAVE', kind: 'fixed', amount: eur(500), minimum: eur(2000) },
  ],
  [
    { kind: 'percentage', percent: 1000, minimum: 2000, currency: 'USD' },
    { code: 'SAVE', kind: 'percentage', percent: 1000, minimum: { amount: 2000, currency: 'USD' } },
  ],
  [{ kind: 'free-shipping' }, { code: 'SAVE', kind: 'free-shipping' }],
] as const)('what %j takes off', (input, terms) => {
  expect(termsOf(coupon({ ...input }), 'EUR', NOW)).toEqual(terms);
});

test('a coupon is valid from its first moment on, and no longer at its last', () => {
  const [validFrom, validUntil] = [new Date(+NOW), new Date(+NOW + 1000)];
  const of = coupon({ validFrom, validUntil });
  const terms = { code: 'SAVE', kind: 'fixed', amount: eur(500) };
  given(of)
    .ask(termsOf, 'EUR', new Date(+validFrom - 1))
    .thenRefused('coupon-refused', refusal('not-yet'));
  given(of).ask(termsOf, 'EUR', validFrom).thenAnswer(terms);
  given(of)
    .ask(termsOf, 'EUR', new Date(+validUntil - 1))
    .thenAnswer(terms);
  given(of).ask(termsOf, 'EUR', validUntil).thenRefused('coupon-refused', refusal('expired'));
});

test('a coupon is refused when its uses are used up, or this customer’s are', () => {
  const usedUp = { ...coupon({ limit: 1 }), available: 0, reserved: 1 };
  given(usedUp).ask(checkUses, null).thenRefused('coupon-refused', refusal('used-up'));
  const mine = given(part({ perCustomer: 1 })).when(takeCustomerUse, 'o1', 1).state;
  given(coupon({ perCustomer: 1 }))
    .ask(checkUses, mine)
    .thenRefused('coupon-refused', refusal('already-used'));
  // Staff has allowed more since, or stopped counting.
  given(coupon({ perCustomer: 2 }))
    .ask(checkUses, mine)
    .thenUnchanged();
  given(coupon()).ask(checkUses, mine).thenUnchanged();
});

test('a limit is raised, lowered to the number of uses, removed and set again; earlier uses always count', () => {
  const used = { ...coupon({ limit: 10 }), available: 7, reserved: 1, sold: 2 };
  const raised = given(used).when(changeTerms, { ...fixed, limit: 20 });
  raised.thenState({ limit: 20, available: 17, reserved: 1, sold: 2 });
  given(used)
    .when(changeTerms, { ...fixed, limit: 3 })
    .thenState({ available: 0 });
  given(used)
    .when(changeTerms, { ...fixed, limit: 2 })
    .thenRefused('limit-reached');
  const free = given(used).when(changeTerms, fixed);
  free.thenState({ available: UNLIMITED_USES - 3 });
  expect(couponView(free.state)).toMatchObject({ limit: null, used: 3 });
  const again = free.when(changeTerms, { ...fixed, limit: 5 });
  again.thenState({ limit: 5, available: 2, reserved: 1, sold: 2 });
  for (const { state } of [raised, free, again]) expect(adds(state)).toBe(true);
});

test('how often each customer may use it changes for those who have used it, too', () => {
  const once = given(part({ perCustomer: 1 })).when(takeCustomerUse, 'o1', 1);
  expect(once.when(takeCustomerUse, 'o2', 1).answer.outcome).toBe('short');
  const twice = once.when(takeCustomerUse, 'o2', 2).thenState({ limit: 2, available: 0, reserved: 2 });
  expect(twice.when(takeCustomerUse, 'o3', 1).answer.outcome).toBe('short');
  expect(twice.when(takeCustomerUse, 'o2', 1).answer.outcome).toBe('reserved');
  const free = twice.when(takeCustomerUse, 'o3', undefined).thenState({ limit: UNLIMITED_USES, reserved: 3 });
  for (const { state } of [once, twice, free]) expect(adds(state)).toBe(true);
});

test.each([
  [{ kind: 'percentage' }, '/percent'],
  [{ kind: 'fixed' }, '/amount'],
  [{ kind: 'percentage', percent: 1000, currency: 'USD' }, '/currency'],
  [{ kind: 'free-shipping', currency: 'USD' }, '/currency'],
  [{ ...fixed, validFrom: '2026-02-31T00:00:00Z' }, '/validFrom'],
  [{ ...fixed, validUntil: '2026-13-01T00:00:00Z' }, '/validUntil'],
  [{ ...fixed, validFrom: '2026-03-01T00:00:00Z', validUntil: '2026-03-01T00:00:00Z' }, '/validUntil'],
] as const)('%j is no coupon', (input, pointer) => {
  expect(() => parseCouponInput({ code: 'SAVE', ...input }, SHOP)).toThrow(
    expect.objectContaining({ type: 'invalid-request', data: { errors: [expect.objectContaining({ pointer })] } }),
  );
});

test('the amounts of a coupon have a currency that the shop sells in: its own unless another is said', () => {
  expect(parseCouponInput({ code: 'SAVE', ...fixed }, SHOP)).toMatchObject({ currency: 'EUR' });
  expect(parseCouponInput({ code: 'SAVE', ...fixed, currency: 'USD' }, SHOP)).toMatchObject({ currency: 'USD' });
  expect(parseCouponInput({ code: 'SAVE', kind: 'free-shipping', minimum: 1 }, SHOP)).toMatchObject({
    currency: 'EUR',
  });
  expect(parseCouponInput({ code: 'SAVE', kind: 'percentage', percent: 1 }, SHOP)).not.toHaveProperty('currency');
  expect(() => parseCouponInput({ code: 'SAVE', ...fixed, currency: 'JPY' }, SHOP)).toThrow(
    expect.objectContaining({ type: 'unknown-currency' }),
  );
});

test('staff sees what staff said', () => {
  const said = { ...fixed, limit: 5, perCustomer: 1, minimum: 100 };
  const times = { validFrom: '2026-03-01T00:00:00Z', validUntil: '2026-03-02T00:00:00.500Z' };
  const view = couponView(newCoupon('SAVE', parseCouponInput({ code: 'save', ...said, ...times }, SHOP), NOW));
  expect(view).toEqual({
    ...{ code: 'SAVE', ...said, currency: 'EUR', used: 0, createdAt: NOW.toISOString() },
    ...{ validFrom: '2026-03-01T00:00:00.000Z', validUntil: times.validUntil },
  });
});

test('a day of a coupon is one of the shop’s time zone, and ends with its end', () => {
  const days = { kind: 'free-shipping', validFrom: '2026-12-24', validUntil: '2026-12-31' } as const;
  expect(parseCouponInput({ code: 'SAVE', ...days }, SHOP)).toMatchObject({
    validFrom: new Date('2026-12-23T23:00:00Z'),
    validUntil: new Date('2026-12-31T23:00:00Z'),
  });
  const one = { ...days, validFrom: '2026-12-31' };
  expect(parseCouponInput({ code: 'SAVE', ...one }, { ...SHOP, timeZone: 'Pacific/Auckland' })).toMatchObject({
    validFrom: new Date('2026-12-30T11:00:00Z'),
    validUntil: new Date('2026-12-31T11:00:00Z'),
  });
  expect(() => parseCouponInput({ code: 'SAVE', ...days, validUntil: '2026-02-31' }, SHOP)).toThrow(
    expect.objectContaining({ type: 'invalid-request' }),
  );
});
