import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ActionName } from '../../../lib/contract/contract.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { isSettled, type Order } from '../../../services/shopping/order/order.ts';
import { ORDER_STEPS, type OrderStep } from '../../../services/shopping/order/saga/order-steps.ts';
import { awaitsCustomer } from '../../../services/shopping/order/session/payment-tries.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

/** How an order is parked at a step: the failing part and the action on the order, and its state after a decision. */
interface Story {
  broken: ActionName;
  /** The charge of the order. */
  method?: string;
  /** What happens to it before, and after, the action is broken. */
  before?: ('ship' | 'return')[];
  after?: ('cancel' | 'refund' | 'approve')[];
  ends: Order['state'];
}

/** One for each step of the table: a step without a story does not compile, one without an end is red. */
const STORIES: Record<OrderStep, Story> = {
  reserve: { broken: 'inventory.reserve', ends: 'REJECTED' },
  'take-coupons': { broken: 'coupon.take', ends: 'REJECTED' },
  charge: { broken: 'payment.charge', ends: 'REJECTED' },
  void: { broken: 'payment.cancel', method: 'tok_decline', after: ['cancel'], ends: 'REJECTED' },
  release: { broken: 'inventory.release', method: 'tok_decline', after: ['cancel'], ends: 'REJECTED' },
  deliver: { broken: 'mail.queue', ends: 'PAID' },
  'take-back': { broken: 'inventory.takeBack', after: ['cancel'], ends: 'CANCELLED' },
  refund: { broken: 'payment.refund', after: ['cancel'], ends: 'CANCELLED' },
  restock: { broken: 'inventory.takeBack', before: ['ship', 'return'], after: ['approve'], ends: 'SHIPPED' },
  // As on orders that were parked before steps had names.
  other: { broken: 'payment.statement', after: ['cancel'], ends: 'CANCELLED' },
};

eachEngine('an order that is parked', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let staff: Shopper;
  let coupon: string;
  let broken: ActionName | undefined;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' }));
    staff = await staffAt(shop);
    coupon = `PARKED-${randomUUID().slice(0, 8).toUpperCase()}`;
    const off = { kind: 'percentage', percent: 1000, limit: 100 };
    await (await staffAt(shop, 'admin')).ask(`PUT /v1/admin/coupons/${coupon}`, off);
    // A fault of the part behind an action, which no retry mends.
    const call = shop.broker.call.bind(shop.broker) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(shop.broker, {
      call: (action: string, ...rest: unknown[]) =>
        action === broken ? Promise.reject(new Error(`${action} is broken`)) : call(action, ...rest),
    });
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterEach(() => {
    broken = undefined;
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const stored = async (id: string) => (await storeOf(shop, 'order').get(id)) as Order;
  const admin = (id: string, what: string, body: object = {}) =>
    staff.ask(`POST /v1/admin/orders/${id}/${what}`, body, { 'idempotency-key': randomUUID() });
  const place = async (paymentMethod: string) => {
    await ada.put(MUG, 2);
    const body = { addressId: ada.addressId, couponCodes: [coupon], paymentMethod };
    await ada.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() });
    return ((await ada.ask('GET /v1/orders')).body.items[0] as { id: string }).id;
  };
  const atRest = (id: string) =>
    eventually(
      () => stored(id),
      (order) => order.nextAt === null || awaitsCustomer(order),
    );
  /** The order has failed nine times already, so that the test does not wait for them. */
  const parked = (id: string) =>
    eventually(
      async () => {
        await storeOf(shop, 'order').change(id, ({ nextAt, failures }) =>
          nextAt === null || failures >= 9
            ? { answer: undefined }
            : { answer: undefined, patch: { failures: 9, nextAt: new Date(), lease: null } },
        );
        return stored(id);
      },
      ({ parkedAt }) => parkedAt !== null,
    );
  const happen = async (id: string, what: NonNullable<Story['before'] | Story['after']>[number]) => {
    if (what === 'cancel') return admin(id, 'cancel', { reason: 'late' });
    if (what === 'refund') return admin(id, 'refunds', { amount: 100, reason: 'late' });
    if (what === 'ship') {
      await admin(id, 'pack');
      return admin(id, 'ship', { carrier: 'Post', trackingNumber: 'RR1' });
    }
    if (what === 'approve') return admin(id, `returns/${(await stored(id)).returns[0]?.id}/approve`);
    const body = { items: [{ sku: MUG, quantity: 1 }], reason: 'too big' };
    return ada.ask(`POST /v1/orders/${id}/returns`, body, { 'idempotency-key': randomUUID() });
  };
  const stuck = async ({ broken: action, method = 'tok_approve', before, after }: Story) => {
    if (!after) broken = action;
    const id = await place(method);
    if (after) {
      await atRest(id);
      for (const what of before ?? []) await happen(id, what);
      await atRest(id);
      broken = action;
      for (const what of after) await happen(id, what);
    }
    await parked(id);
    return id;
  };

  describe.each(ORDER_STEPS)('because of %s', (step) => {
    const story = STORIES[step];

    test('says so with the decision that ends it, and ends by it, though nothing was mended', async () => {
      const id = await stuck(story);
      if (step === 'other')
        await storeOf(shop, 'order').change(id, () => ({ answer: undefined, patch: { parkedStep: undefined } }));
      const { body } = await staff.ask(`GET /v1/admin/orders/${id}`);
      expect(body.parked).toMatchObject({ step, error: expect.stringContaining(`${story.broken} is broken`) });
      const reason = 'it cannot be repaired';
      const wrong = body.parked.decision === 'skip' ? 'reject' : 'skip';
      expect(await admin(id, 'decide', { decision: wrong, reason })).toMatchObject({ status: 409 });
      const { decision } = body.parked;
      for (const _ of [1, 2]) expect((await admin(id, 'decide', { decision, reason })).status).toBe(200);
      await eventually(
        () => stored(id),
        ({ state }) => state === story.ends,
      );
      // The release is retried until it succeeds.
      if (step === 'release') broken = undefined;
      const ended = await eventually(
        () => stored(id),
        ({ nextAt }) => nextAt === null,
      );
      expect([ended.parkedAt, isSettled(ended)]).toEqual([null, true]);
      expect(ended.decisions).toMatchObject([{ decision, step, reason, by: { role: 'staff', id: staff.id } }]);
      expect(ended.history.filter(({ event }) => event === 'decided')).toHaveLength(1);
      // What its customer has of it: the cart is theirs again, or emptied, and the account can be closed.
      broken = undefined;
      const open = ended.state === 'PAID' || ended.state === 'SHIPPED';
      expect((await ada.ask('GET /v1/cart')).body.items).toHaveLength(ended.state === 'REJECTED' ? 1 : 0);
      if (ended.state === 'PAID') await happen(id, 'cancel');
      if (open)
        await eventually(
          () => stored(id),
          ({ nextAt, state }) => nextAt === null && state !== 'PAID',
        );
      const { orders } = await shop.broker.call('order.open', { customerId: ada.id });
      expect(orders).toEqual([]);
      expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(id);
      expect((await storeOf(shop, 'coupon').get(coupon))?.res ?? {}).not.toHaveProperty(id);
    });
  });

  test('because its refund cannot be made: its goods come back all the same', async () => {
    const sold = async () => (await storeOf(shop, 'inventory').get(MUG))?.sold ?? 0;
    const [cancelled, returned] = [await place('tok_approve'), await place('tok_approve')];
    for (const id of [cancelled, returned]) await atRest(id);
    await happen(returned, 'ship');
    await happen(returned, 'return');
    await atRest(returned);
    const before = await sold();
    broken = 'payment.statement';
    await happen(cancelled, 'cancel');
    await happen(returned, 'approve');
    await eventually(sold, (now) => now === before - 3);
    for (const id of [cancelled, returned]) expect((await stored(id)).refunds).toMatchObject([{ state: 'PENDING' }]);
    broken = undefined;
    for (const id of [cancelled, returned]) {
      const done = await eventually(
        () => stored(id),
        ({ nextAt }) => nextAt === null,
      );
      expect(done.refunds).toMatchObject([{ state: 'DONE' }]);
    }
    expect(await sold()).toBe(before - 3);
  });

  test('cannot be decided of when it is not parked, and an operator decides by the console as staff does', async () => {
    const id = await place('tok_approve');
    await atRest(id);
    expect(await admin(id, 'decide', { decision: 'skip', reason: 'no reason' })).toMatchObject({
      status: 409,
      body: { type: '/problems/wrong-state' },
    });
    broken = 'payment.refund';
    await happen(id, 'cancel');
    await parked(id);
    const { items } = await shop.broker.call('order.parked');
    expect(items).toMatchObject([{ id, step: 'refund', decision: 'skip' }]);
    expect((await shop.broker.call('due.list', {})).items).toMatchObject([{ queue: 'orders', id, failures: 10 }]);
    await shop.broker.call('order.decideParked', { orderId: id, decision: 'skip', reason: 'by hand' });
    const ended = await eventually(
      () => stored(id),
      ({ state }) => state === 'CANCELLED',
    );
    expect(ended.refunds).toMatchObject([{ state: 'FAILED', failure: { reason: 'given_up' } }]);
    await atRest(id);
    const settled = await admin(id, `refunds/${ended.refunds[0]?.id}/settle`, { reason: 'by bank transfer' });
    expect(settled.body.refunds).toMatchObject([{ status: 'SETTLED' }]);
  });
});
