import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Service } from 'moleculer';
import { fingerprintOf } from '../../../lib/contract/fingerprint.ts';
import type { Config } from '../../../lib/process/config.ts';
import inventoryService from '../../../services/product/inventory/inventory.service.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { newId } from '../../../services/shared/ids.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { beginOrder, type Order, orderableLines } from '../../../services/shopping/order/order.ts';
import paymentService from '../../../services/shopping/payment/payment.service.ts';
import sandboxService from '../../../services/shopping/payment/providers/sandbox/sandbox.service.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const PLENTY = products.flatMap(({ variants }) => variants).filter(({ stock }) => stock > 100);
const [MUG, BOWL] = PLENTY.map(({ sku }) => sku) as [string, string];

eachEngine('an order that is left half way', (engine) => {
  let config: Config;
  let shop: TestShop;
  let ada: Shopper;
  let key: string;

  beforeAll(async () => {
    // Failing on the way is what these tests are about: not for the log.
    config = engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' });
    shop = await startShop(config);
  });
  beforeEach(async () => {
    [ada, key] = [await Shopper.at(shop.url), randomUUID()];
    await ada.put(MUG, 2);
    await ada.put(BOWL, 1);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  /** An order as a process left it that died 10 s ago. */
  const leave = async (part: Partial<Order> = {}) => {
    const died = new Date(Date.now() - 10_000);
    const items = [
      { sku: MUG, quantity: 2 },
      { sku: BOWL, quantity: 1 },
    ];
    const lines = orderableLines(items, await shop.broker.call('product.offers', { skus: [MUG, BOWL] }));
    const { currency } = config;
    const order = beginOrder(
      {
        ...{
          id: newId('ord', died),
          customerId: ada.id,
          idemKey: key,
          owner: 'another',
          paymentMethod: 'tok_approve',
          provider: 'sandbox',
          paymentTime: 60_000,
        },
        ...{ fingerprint: fingerprintOf({ addressId: ada.addressId }), shippingAddress: ADDRESS },
        priced: priceLines({ lines, country: 'DE', coupons: [], rules: standardRules, currency }),
      },
      died,
    );
    const left = { ...order, ...part };
    return { left, insert: () => storeOf(shop, 'order').insert(left) };
  };
  const reserve = async ({ _id: orderId, lines }: Omit<Order, 'rev'>) => {
    for (const { sku, quantity } of lines) await shop.broker.call('inventory.reserve', { sku, orderId, quantity });
  };
  const charge = ({ _id: orderId, totals }: Omit<Order, 'rev'>) =>
    shop.broker.call('payment.charge', { key: orderId, amount: totals.total, method: 'tok_approve' });
  const settled = (id: string) =>
    eventually(
      () => storeOf(shop, 'order').get(id),
      (order) => order?.nextAt === null,
    ) as Promise<Order>;
  const cart = async () => (await ada.ask('GET /v1/cart')).body.items;
  const restart = async (name: string, service: (config: Config) => object) => {
    shop.broker.createService(service(config) as never);
    await shop.broker.waitForServices(name);
  };

  test('PENDING ends PAID by itself, and answers its key with 201 then', async () => {
    const { left, insert } = await leave();
    await insert();
    expect(await settled(left._id)).toMatchObject({ state: 'PAID', outbox: [], lease: null });
    expect(await cart()).toEqual([]);
    const answer = await ada.order(key);
    expect(answer).toMatchObject({ status: 201, body: { id: left._id, status: 'PAID', totals: left.totals } });
  });

  test('PENDING, with its stock held and its money taken, is neither charged nor sold twice', async () => {
    const { left, insert } = await leave();
    await reserve(left);
    await charge(left);
    await insert();
    expect(await settled(left._id)).toMatchObject({ state: 'PAID', payment: { reference: `sandbox_${left._id}` } });
    const { captured, refunded } = (await storeOf(shop, 'sandbox').get(left._id)) ?? {};
    expect({ captured, refunded }).toEqual({ captured: left.totals.total.amount, refunded: 0 });
    const stock = await storeOf(shop, 'inventory').get(MUG);
    expect(stock?.done[left._id]).toBe(1);
  });

  test('PENDING is answered as in progress, and no worker takes it while its lease lasts', async () => {
    const { left, insert } = await leave();
    const until = new Date(Date.now() + 3000);
    Object.assign(left, { lease: { owner: 'another', until }, nextAt: until });
    await insert();
    expect(await ada.order(key)).toMatchObject({ status: 409, body: { type: '/problems/request-in-progress' } });
    const { history } = await settled(left._id);
    expect(history.at(-1)?.status).toBe('PAID');
    expect(+(history.at(-1)?.at ?? 0)).toBeGreaterThanOrEqual(+until);
  });

  test('REJECTING is refunded and gives its stock back', async () => {
    const rejection = { code: 'payment-declined' as const, reason: 'card' };
    const { left, insert } = await leave();
    const history = [...left.history, { ...left.history[0], status: 'REJECTING' as const, note: rejection.code }];
    Object.assign(left, { state: 'REJECTING', rejection, history });
    await reserve(left);
    await charge(left);
    const before = await storeOf(shop, 'inventory').get(MUG);
    await insert();
    expect(await settled(left._id)).toMatchObject({ state: 'REJECTED', payment: null, tries: [{ state: 'FAILED' }] });
    const entry = await storeOf(shop, 'sandbox').get(left._id);
    expect(entry).toMatchObject({ state: 'cancelled', refunded: left.totals.total.amount });
    const stock = await storeOf(shop, 'inventory').get(MUG);
    expect(stock).toMatchObject({ available: (before?.available ?? 0) + 2, reserved: (before?.reserved ?? 0) - 2 });
    expect(await cart()).toHaveLength(2);
    const answer = await ada.order(key);
    expect(answer).toMatchObject({ status: 402, body: { type: '/problems/payment-declined', reason: 'card' } });
  });

  test('PAID, with everything left to do elsewhere, is settled', async () => {
    const { left, insert } = await leave();
    await reserve(left);
    const paid = await charge(left);
    if (paid.outcome !== 'captured') throw new Error('the sandbox declined');
    const { _id: orderId, customerId, lines } = left;
    const items = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    Object.assign(left, {
      ...{ state: 'PAID', history: [...left.history, { ...left.history[0], status: 'PAID' }] },
      payment: { provider: paid.provider, reference: paid.reference, captured: left.totals.total },
      tries: left.tries?.map((one) => ({ ...one, state: 'CAPTURED' as const })) ?? [],
      outbox: [
        ...lines.map(({ sku }) => ({ id: `sell:${sku}`, action: 'inventory.commit', params: { sku, orderId } })),
        { id: 'empty-cart', action: 'cart.ordered', params: { customerId, orderId, items } },
      ],
    });
    await insert();
    expect(await settled(orderId)).toMatchObject({ state: 'PAID', outbox: [] });
    const stock = await Promise.all([MUG, BOWL].map((sku) => storeOf(shop, 'inventory').get(sku)));
    expect(stock.map((each) => [each?.done[orderId], each?.res[orderId]])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
    expect(await cart()).toEqual([]);
  });

  test.each([
    ['inventory', inventoryService],
    ['payment', paymentService],
    ['sandbox', sandboxService],
  ] as const)('because %s is away is accepted with 202, and ends once that is back', async (name, service) => {
    await shop.broker.destroyService(shop.broker.getLocalService(name) as Service);
    const accepted = await ada.order(key);
    expect(accepted).toMatchObject({ status: 202, body: { status: 'PENDING', payment: { status: 'processing' } } });
    expect(accepted.headers.get('location')).toBe(`/v1/orders/${accepted.body.id}`);
    const waiting = await ada.order(key);
    expect(waiting).toMatchObject({ status: 409, body: { type: '/problems/request-in-progress' } });
    expect(waiting.headers.get('retry-after')).toBe('1');
    expect(await ada.ask(`GET /v1/orders/${accepted.body.id}`)).toMatchObject({ body: { status: 'PENDING' } });

    await restart(name, service);
    expect(await settled(accepted.body.id)).toMatchObject({ state: 'PAID', outbox: [] });
    expect(await ada.order(key)).toMatchObject({ status: 201, body: { id: accepted.body.id } });
    expect(await ada.ask('GET /v1/orders')).toMatchObject({ body: { items: [{ id: accepted.body.id }] } });
  });

  test('of a SKU that was never stocked is rejected as out of stock', async () => {
    const [sample] = await storeOf(shop, 'product').find({ status: 'active' }, { limit: 1 });
    const [variant] = sample?.variants ?? [];
    if (!sample || !variant) throw new Error('the sample has no product');
    const product = { ...sample, _id: newId('prd'), slug: 'unstocked', variants: [{ ...variant, sku: 'UNSTOCKED' }] };
    await storeOf(shop, 'product').insert({ ...product, updatedAt: new Date() });
    await eventually(
      () => ada.put('UNSTOCKED', 1),
      ({ status }) => status === 200,
    );
    const answer = await ada.order(key);
    const items = [{ sku: 'UNSTOCKED', requested: 1, available: 0 }];
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/out-of-stock', items } });
    expect(await ada.ask('GET /v1/orders')).toMatchObject({ body: { items: [{ status: 'REJECTED' }] } });
  });
});
