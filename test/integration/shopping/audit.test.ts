import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { freePort } from '../../../scripts/servers/ports.ts';
import { packMovement, unpackMovement } from '../../../services/product/inventory/ledger.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { newId } from '../../../services/shared/ids.ts';
import type { AuditData } from '../../../services/shopping/audit/audit-data.ts';
import { checkOrders } from '../../../services/shopping/audit/orders.ts';
import { checkRefunds } from '../../../services/shopping/audit/refunds.ts';
import { Findings } from '../../../services/shopping/audit/violation.ts';
import type { Order } from '../../../services/shopping/order/order.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 150)?.sku as string;

eachEngine('the auditor', (engine) => {
  let config: Config;
  let shop: TestShop;
  let ada: Shopper;
  let id: string;
  let metrics: number;

  beforeAll(async () => {
    metrics = await freePort();
    config = engine.config({ SEED: 'true', LOG_LEVEL: 'fatal', METRICS_PORT: String(metrics), AUDIT_SECONDS: '0' });
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
    const staff = await staffAt(shop);
    await staff.ask('PUT /v1/admin/coupons/AUDITED', { kind: 'fixed', amount: 1, limit: 5 });
    await ada.put(MUG, 1);
    id = (
      await ada.ask(
        'POST /v1/orders',
        { addressId: ada.addressId, couponCodes: ['AUDITED'] },
        { 'idempotency-key': 'one' },
      )
    ).body.id;
    await ada.ask(`GET /v1/orders/${id}/invoice?format=html`);
    expect(await wrongAtRest(shop, [id])).toEqual([]);
  });
  afterAll(() => shop.stop());

  const run = async (acknowledged: string[] = []) => {
    const { violations } = await shop.broker.call('audit.run', { atRest: true, acknowledged });
    return violations;
  };
  const invariants = async (acknowledged?: string[]) => [
    ...new Set((await run(acknowledged)).map(({ invariant }) => invariant)),
  ];

  describe('turns red, and names the documents, when', () => {
    /** Undoes what a test did to the books. */
    let undo: () => Promise<unknown> = async () => undefined;
    afterEach(async () => {
      await undo();
      expect(await run()).toEqual([]);
    });
    const tamper = async (
      service: 'inventory' | 'sandbox' | 'order' | 'coupon',
      of: string,
      patch: Record<string, unknown>,
      back: Record<string, unknown>,
    ) => {
      const change = (part: Record<string, unknown>) => () => ({ answer: undefined, patch: part });
      const store = storeOf(shop, service);
      await store.change(of, change(patch));
      undo = () => store.change(of, change(back));
    };

    test('stock does not add up (I1)', async () => {
      const { available = 0 } = (await storeOf(shop, 'inventory').get(MUG)) ?? {};
      await tamper('inventory', MUG, { available: available + 1 }, { available });
      expect(await run()).toMatchObject(['I1', 'I13'].map((invariant) => ({ invariant, documents: [MUG] })));
    });

    test('more is reserved than anybody holds (I2)', async () => {
      const { available = 0, reserved = 0 } = (await storeOf(shop, 'inventory').get(MUG)) ?? {};
      await tamper('inventory', MUG, { available: available - 1, reserved: reserved + 1 }, { available, reserved });
      expect(await run()).toMatchObject(['I2', 'I13'].map((invariant) => ({ invariant, documents: [MUG] })));
    });

    test('more was sold than paid orders have (I3)', async () => {
      const { available = 0, sold = 0 } = (await storeOf(shop, 'inventory').get(MUG)) ?? {};
      await tamper('inventory', MUG, { available: available - 1, sold: sold + 1 }, { available, sold });
      expect(await run()).toMatchObject(['I3', 'I13'].map((invariant) => ({ invariant, documents: [MUG] })));
    });

    test('stock is reserved for an order that has ended (I9), or that there is not (I7)', async () => {
      const stock = await storeOf(shop, 'inventory').get(MUG);
      const { available = 0, reserved = 0, res = {} } = stock ?? {};
      const held = { available: available - 1, reserved: reserved + 1 };
      await tamper('inventory', MUG, { ...held, res: { [id]: 1 } }, { available, reserved, res });
      expect(await run()).toMatchObject([
        { invariant: 'I9', documents: [MUG, id] },
        { invariant: 'I13', documents: [MUG] },
      ]);
      await storeOf(shop, 'inventory').change(MUG, () => ({
        answer: undefined,
        patch: { res: { [newId('ord')]: 1 } },
      }));
      expect((await invariants()).sort()).toEqual(['I13', 'I7']);
    });

    test('the movements of a SKU do not add up to its stock, with the numbers themselves in order (I13)', async () => {
      const { log = {}, seq = 0 } = (await storeOf(shop, 'inventory').get(MUG)) ?? {};
      const last = unpackMovement(log[seq] ?? '');
      const more = packMovement({ ...last, quantity: last.quantity + 1 });
      await tamper('inventory', MUG, { [`log.${seq}`]: more }, { [`log.${seq}`]: log[seq] });
      expect(await run()).toMatchObject([{ invariant: 'I13', documents: [MUG] }]);
    });

    test('a movement that left the stock is not in the ledger, or was changed there (I13)', async () => {
      const movements = storeOf(shop, 'movement');
      const { log = {} } = (await storeOf(shop, 'inventory').get(MUG)) ?? {};
      const [first = ''] = Object.keys(log);
      const kept = unpackMovement(log[first] ?? '');
      const block = { sku: MUG, seq: Number(first), movements: [packMovement(kept)] };
      await shop.broker.call('movement.append', { blocks: [block] });
      await tamper('inventory', MUG, { [`log.${first}`]: undefined }, { log });
      expect(await run()).toEqual([]);
      const found = await movements.findOne({ sku: MUG, seq: Number(first) });
      if (!found) throw new Error('the first movement is not there');
      const more = [packMovement({ ...kept, quantity: kept.quantity + 1 })];
      await movements.change(found._id, () => ({ answer: undefined, patch: { movements: more } }));
      expect(await run()).toMatchObject([{ invariant: 'I13', documents: [MUG] }]);
      await movements.remove({ _id: found._id });
      expect(await run()).toMatchObject([{ invariant: 'I13', documents: [MUG] }]);
      await movements.insert(found);
    });

    test('the provider took more, or less, than the order cost (I5, I6)', async () => {
      const { captured = 0 } = (await storeOf(shop, 'sandbox').get(id)) ?? {};
      await tamper('sandbox', id, { captured: captured + 1 }, { captured });
      expect((await invariants()).sort()).toEqual(['I5', 'I6']);
      await tamper('sandbox', id, { captured: captured - 1 }, { captured });
      expect(await run()).toMatchObject([{ invariant: 'I6', documents: [id] }]);
    });

    test('a coupon was used more often than orders used it (I11)', async () => {
      const { available = 0, sold = 0 } = (await storeOf(shop, 'coupon').get('AUDITED')) ?? {};
      await tamper('coupon', 'AUDITED', { available: available - 1, sold: sold + 1 }, { available, sold });
      expect(await run()).toMatchObject([{ invariant: 'I11', documents: ['AUDITED'] }]);
    });

    test('two orders are made of one cart, or one of a cart that is not its customer’s (I15)', async () => {
      const { items } = await shop.broker.call('order.books', {});
      const order = items.find((one) => one.id === id) as (typeof items)[number];
      const books = { orders: [order, { ...order, id: 'ord_2', idemKey: 'two' }], readAt: new Date() };
      const findings = new Findings();
      const none = { before: [], coupons: [], invoices: [], holds: [] } as unknown as AuditData;
      checkOrders({ ...none, ...books }, { atRest: true, acknowledged: [] }, findings);
      expect(findings.violations).toMatchObject([{ invariant: 'I15', documents: ['ord_2', id] }]);
      await tamper('order', id, { cartClaim: 'cus_other:0' }, { cartClaim: order.cartClaim });
      expect(await run()).toMatchObject([{ invariant: 'I15', documents: [id] }]);
    });

    test('a refund is not the sum of its parts, or a line, the delivery or the order is refunded beyond what was paid (I17)', async () => {
      const { items } = await shop.broker.call('order.books', {});
      const order = items.find((one) => one.id === id) as (typeof items)[number];
      const { paid, captured } = order;
      const line = paid.lines[0] as (typeof paid.lines)[number];
      const refund = (amount: number, ofLine: number, shipping: number, status = 'DONE') => ({
        ...{ id: 'rfd_1', status, amount: { ...captured, amount } },
        parts: { lines: [{ sku: line.sku, amount: ofLine }], shipping },
      });
      const found = (...refunds: ReturnType<typeof refund>[]) => {
        const findings = new Findings();
        checkRefunds({ orders: [{ ...order, refunds }] } as unknown as AuditData, findings);
        return findings.violations.map(({ invariant, detail }) => [invariant, detail.replace(/^\S+ /, '')]);
      };
      const all = refund(captured.amount, line.amount, paid.shipping);
      expect(found(all)).toEqual([]);
      expect(found(refund(3, 1, 1))).toMatchObject([['I17', 'has 3, its parts 2']]);
      expect(found(all, refund(1, 1, 0))).toHaveLength(2);
      expect(found(all, refund(1, 0, 1))).toHaveLength(2);
      // What the provider could not give back is still the customer's.
      expect(found(all, refund(1, 1, 0, 'FAILED'))).toEqual([]);
    });

    test('an order does not end (I8), or leaves something undone (I10)', async () => {
      const outbox = [{ id: 'sell:NOTHING', action: 'inventory.commit', params: { sku: 'NOTHING', orderId: id } }];
      await tamper('order', id, { outbox }, { outbox: [] });
      expect((await invariants()).sort()).toEqual(['I10', 'I8']);
    });

    test('an acknowledged order does not exist (I7)', async () => {
      const gone = newId('ord');
      expect(await run([id, gone])).toMatchObject([{ invariant: 'I7', documents: [gone] }]);
    });
  });

  test('is right while orders run: work under way is no violation', async () => {
    const customers = await manyCustomers(shop, config, 60, MUG);
    let open = customers.length;
    const orders = customers.map(async (shopper) => {
      await shopper.ask('POST /v1/orders', { address: ADDRESS }, { 'idempotency-key': 'live' });
      open -= 1;
    });
    let looks = 0;
    do {
      const { violations, checked } = await shop.broker.call('audit.run');
      expect(violations).toEqual([]);
      expect(checked.orders).toBeGreaterThan(0);
      looks += 1;
    } while (open > 0);
    expect(looks).toBeGreaterThan(0);
    await Promise.all(orders);
    expect(await wrongAtRest(shop)).toEqual([]);
  });

  test('tells Prometheus of every invariant', async () => {
    await shop.broker.call('audit.run');
    const page = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    for (const invariant of ['I1', 'I6', 'I10']) {
      expect(page).toMatch(new RegExp(`shop_invariant_violations{[^}]*invariant="${invariant}"[^}]*} 0`));
    }
  });

  describe('a dead letter', () => {
    /** An order that fails by itself for the last time. */
    const failing = async () => {
      const { cartClaim: _, ...known } = (await storeOf(shop, 'order').get(id)) as Order;
      const orderId = newId('ord');
      const outbox = [{ id: 'sell:X', action: 'inventory.commit' as const, params: { sku: MUG, orderId } }];
      const part = { _id: orderId, idemKey: orderId, lines: [], discounts: [], refunds: [], payment: null, outbox };
      await storeOf(shop, 'order').insert({ ...known, ...part, failures: 9, nextAt: new Date() });
      return orderId;
    };

    test('is an order that fails for the tenth time: it parks with its error, is visible, and can be replayed', async () => {
      const staff = await staffAt(shop);
      const orderId = await failing();
      const parked = await eventually(
        () => staff.ask('GET /v1/admin/orders?parked=true'),
        ({ body }) => body.items.some((order: { id: string }) => order.id === orderId),
      );
      const mine = parked.body.items.find((order: { id: string }) => order.id === orderId);
      expect(mine.parked.error).toMatch(/holds nothing/);
      const { items } = await shop.broker.call('order.parked');
      expect(items).toMatchObject([{ id: orderId, status: 'PAID', error: mine.parked.error }]);
      expect((await run()).map(({ documents }) => documents[0])).toContain(orderId);
      // The cause is mended; an operator takes it up again.
      await storeOf(shop, 'order').change(orderId, () => ({ answer: undefined, patch: { outbox: [] } }));
      expect((await staff.ask(`POST /v1/admin/orders/${orderId}/replay`, {})).status).toBe(200);
      await eventually(
        () => shop.broker.call('order.parked'),
        ({ items }) => items.length === 0,
      );
      const { nextAt } = await eventually(
        async () => (await storeOf(shop, 'order').get(orderId)) as Order,
        (order) => order.nextAt === null,
      );
      expect(nextAt).toBeNull();
    });
  });
});
