import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../../services/shared/ids.ts';
import { commitReservation } from '../../../services/shared/reservations.ts';
import { customerCouponId, UNLIMITED_USES } from '../../../services/shopping/coupon/coupon.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { type Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('the uses of a coupon', (engine) => {
  let shop: TestShop;
  let staff: Shopper;
  let count = 0;
  let code = '';

  beforeAll(async () => {
    shop = await startShop(engine.config());
    staff = await staffAt(shop);
  });
  beforeEach(() => {
    count += 1;
    code = `CODE-${count}`;
  });
  afterAll(() => shop.stop());

  const put = (terms: object = {}) =>
    staff.ask(`PUT /v1/admin/coupons/${code}`, { kind: 'fixed', amount: 100, ...terms });
  const minutesAgo = (minutes: number) => newId('ord', new Date(Date.now() - minutes * 60_000));
  const use = (customerId = newId('cus'), orderId = newId('ord')) => ({ code, orderId, customerId });
  const take = async (of: ReturnType<typeof use>) => (await shop.broker.call('coupon.take', of)).outcome;
  const terms = (customerId?: string) =>
    shop.broker.call('coupon.terms', { codes: [code.toLowerCase()], ...(customerId ? { customerId } : {}) });
  const used = async () => (await staff.ask(`GET /v1/admin/coupons/${code}`)).body.used;
  const reason = (why: string) => ({ type: 'coupon-refused', data: { code, reason: why } });
  const soon = () => Date.now() + 20_000;
  /** Every document of the coupon adds up. */
  const sums = async () => {
    const docs = await storeOf(shop, 'coupon').find({ _id: { $gte: code, $lte: `${code}:~` } });
    const wrong = docs.filter(({ limit, available, reserved, sold }) => available + reserved + sold !== limit);
    expect(wrong).toEqual([]);
    expect(docs.filter(({ reserved, res }) => Object.keys(res).length !== reserved)).toEqual([]);
  };

  test('a single-use coupon used by 50 parallel orders is applied once', async () => {
    await put({ limit: 1 });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => take(use())));
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'used-up')).toHaveLength(49);
    await expect(terms()).rejects.toMatchObject(reason('used-up'));
    await sums();
  });

  test('a customer’s 20 parallel orders use it as often as each customer may, and others do not suffer', async () => {
    await put({ perCustomer: 2, limit: 5 });
    const customerId = newId('cus');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => take(use(customerId))));
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome === 'already-used')).toHaveLength(18);
    expect(await used()).toBe(2);
    await expect(terms(customerId)).rejects.toMatchObject(reason('already-used'));
    await expect(terms(newId('cus'))).resolves.toMatchObject([{ code }]);
    await sums();
  });

  test('taking it again for the same order changes nothing', async () => {
    await put({ limit: 3, perCustomer: 1 });
    const mine = use();
    expect(await Promise.all([take(mine), take(mine), take(mine)])).toEqual(['taken', 'taken', 'taken']);
    expect(await used()).toBe(1);
  });

  test('a use that is released can be taken by another order, and not by the same', async () => {
    await put({ limit: 1, perCustomer: 1 });
    const first = use();
    await take(first);
    await Promise.all([shop.broker.call('coupon.release', first), shop.broker.call('coupon.release', first)]);
    expect(await take(first)).toBe('closed');
    expect(await take(use(first.customerId))).toBe('taken');
    await sums();
  });

  test('a release that overtakes its take closes the coupon to it', async () => {
    await put({ perCustomer: 1 });
    const late = use();
    await shop.broker.call('coupon.release', late);
    expect(await take(late)).toBe('closed');
    expect(await used()).toBe(0);
  });

  test('when all are used up, the customer has used none once the order is rejected', async () => {
    await put({ limit: 1, perCustomer: 1 });
    await take(use());
    const second = use();
    expect(await take(second)).toBe('used-up');
    await shop.broker.call('coupon.release', second);
    await put({ limit: 2, perCustomer: 1 });
    expect(await take(use(second.customerId))).toBe('taken');
    await sums();
  });

  test('given two workers with one order, when one finds it used up and the other then gets it: the use stays taken', async () => {
    await put({ limit: 1, perCustomer: 1 });
    const [mine, other] = [use(), use()];
    await take(other);
    expect(await take(mine)).toBe('used-up'); // whether the order is given up is for its state to say
    await shop.broker.call('coupon.release', other);
    expect(await take(mine)).toBe('taken');
    await shop.broker.call('coupon.redeem', mine);
    await expect(terms(mine.customerId)).rejects.toMatchObject(reason('used-up'));
    await sums();
  });

  test('given an order that is paid and half redeemed, when another worker takes its use once more: it can be redeemed', async () => {
    await put({ limit: 1, perCustomer: 1 });
    const mine = use();
    await take(mine);
    await storeOf(shop, 'coupon').change(code, (doc, now) => commitReservation(doc, mine.orderId, now));
    expect(await take(mine)).toBe('closed');
    await shop.broker.call('coupon.redeem', mine);
    const own = await storeOf(shop, 'coupon').get(customerCouponId(code, mine.customerId));
    expect(own).toMatchObject({ reserved: 0, sold: 1 });
    await sums();
  });

  test('a use is redeemed once, and redeeming one that was released is refused', async () => {
    await put({ limit: 2 });
    const [paid, rejected] = [use(), use()];
    await Promise.all([take(paid), take(rejected)]);
    await Promise.all([shop.broker.call('coupon.redeem', paid), shop.broker.call('coupon.redeem', paid)]);
    await shop.broker.call('coupon.release', rejected);
    await expect(shop.broker.call('coupon.redeem', rejected)).rejects.toThrow('holds nothing');
    expect(await used()).toBe(1);
    await shop.broker.call('coupon.release', paid);
    expect(await used()).toBe(1);
    await sums();
  });

  test('a redeemed use is given back once, to the customer too', async () => {
    await put({ limit: 2, perCustomer: 1 });
    const [mine, other] = [use(), use()];
    for (const one of [mine, other]) {
      await take(one);
      await shop.broker.call('coupon.redeem', one);
    }
    const giveBack = () => shop.broker.call('coupon.giveBack', { ...mine, until: soon() });
    await Promise.all([giveBack(), giveBack(), giveBack()]);
    await shop.broker.call('coupon.forget', mine);
    await giveBack();
    expect(await used()).toBe(1);
    expect(await take(use(mine.customerId))).toBe('taken');
    await sums();
  });

  test('an order whose stock was on hold for long still gets its coupon', async () => {
    await put({ limit: 10 });
    for (const minutes of [4, 3]) {
      const younger = use(newId('cus'), minutesAgo(minutes));
      await take(younger);
      await shop.broker.call('coupon.redeem', younger);
    }
    expect(await take(use(newId('cus'), minutesAgo(14)))).toBe('taken');
  });

  test('uses are counted with and without a limit, so that one can come later', async () => {
    await put();
    for (const one of [use(), use()]) {
      await take(one);
      await shop.broker.call('coupon.redeem', one);
    }
    expect((await put({ limit: 1 })).body).toMatchObject({ type: '/problems/limit-reached' });
    expect((await put({ limit: 3 })).body).toMatchObject({ limit: 3, used: 2 });
    const third = use();
    await take(third);
    expect(await take(use())).toBe('used-up');
    expect((await put()).body).toMatchObject({ limit: null, used: 3 });
    await shop.broker.call('coupon.release', third);
    expect((await put({ limit: 2 })).body).toMatchObject({ limit: 2, used: 2 });
    await sums();
  });

  test('a code is one in any case, and staff sees all of them in order', async () => {
    await put({ limit: 1 });
    expect((await staff.ask(`GET /v1/admin/coupons/${code.toLowerCase()}`)).body).toMatchObject({ code, used: 0 });
    expect((await staff.ask('GET /v1/admin/coupons/NOWHERE')).status).toBe(404);
    expect((await staff.ask('PUT /v1/admin/coupons/A_B', { kind: 'free-shipping' })).status).toBe(400);
    const codes = [];
    for (let cursor = ''; ; ) {
      const { body } = await staff.ask(`GET /v1/admin/coupons?limit=3${cursor && `&cursor=${cursor}`}`);
      codes.push(...body.items.map((item: { code: string }) => item.code));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    const made = (await storeOf(shop, 'coupon').find({ customerId: '' })).map(({ _id }) => _id);
    expect(codes).toEqual(made.toSorted());
  });

  test('a time that there is not is refused, and no fault of ours', async () => {
    const answer = await put({ validUntil: '2026-13-45T00:00:00Z' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/validUntil' }] } });
  });

  test('the books have the coupon and what belongs to its customers', async () => {
    await put({ perCustomer: 1 });
    const mine = use();
    await take(mine);
    const { items } = await shop.broker.call('coupon.books', { limit: 2000 });
    const res = { [mine.orderId]: 1 };
    expect(items.filter((item) => item.code === code)).toMatchObject([
      { id: code, customerId: '', limit: UNLIMITED_USES, available: UNLIMITED_USES - 1, reserved: 1, sold: 0, res },
      { id: `${code}:${mine.customerId}`, customerId: mine.customerId, limit: 1, available: 0, reserved: 1, res },
    ]);
  });
});
