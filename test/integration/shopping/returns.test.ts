import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf, wrongAtRest } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { decoded, Mailbox } from '../../support/mailbox.ts';
import { orderDesk } from '../../support/order-desk.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
/** Cheap enough for the delivery not to be free. */
const CHEAP = products
  .flatMap(({ variants }) => variants)
  .filter(({ stock, price }) => stock > 80 && price.amount < 1200);
const [MUG, BOWL] = CHEAP.map(({ sku }) => sku) as [string, string];

eachEngine('money and goods that go back', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let ada: Shopper;
  let staff: Shopper;
  let id: string;
  let order: Awaited<ReturnType<typeof mine>>;
  let total: number;

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true', LOG_LEVEL: 'error' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    staff = await staffAt(shop);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
    await ada.put(MUG, 3);
    await ada.put(BOWL, 1);
    order = (await ada.order()).body;
    id = order.id;
    total = order.totals.total.amount;
  });

  const { admin, mine, until, ship, stockOf, ledger } = orderDesk(() => ({ shop, staff, shopper: ada, id }));
  const lineOf = (sku: string, of = order) => of.items.find((item: { sku: string }) => item.sku === sku);
  const back = (items: object[], key: string = randomUUID()) =>
    ada.ask(`POST /v1/orders/${id}/returns`, { items, reason: 'too small' }, { 'idempotency-key': key });
  const refund = (body: object, key: string = randomUUID()) =>
    admin('refunds', { reason: 'scratched', ...body }, { 'idempotency-key': key });
  /** Asks for a return, and has it approved. */
  const sentBack = async (items: object[], approval: object = {}) => {
    const { body } = await back(items);
    return admin(`returns/${body.returns.at(-1).id}/approve`, approval);
  };
  /** The text of the one mail of a kind about an order, a refund or a return. */
  const mailed = async (about: string, kind: string) => {
    const found = await eventually(
      () => mails.to(ada.email, about),
      (texts) => texts.length > 0,
    );
    const { state } = (await eventually(
      () => storeOf(shop, 'mail').get(`${about}:${kind}`),
      (mail) => mail?.state === 'SENT',
    )) as { state: string };
    expect([state, found.length]).toEqual(['SENT', 1]);
    return decoded(found[0] as string);
  };
  const settled = () => until(({ refunds }) => refunds.every(({ status }: { status: string }) => status === 'DONE'));

  describe('a return', () => {
    test('is asked for after shipping, never for more than was bought', async () => {
      expect((await back([{ sku: MUG, quantity: 1 }])).body.type).toBe('/problems/wrong-state');
      await ship();
      const tooMany = await back([{ sku: MUG, quantity: 4 }]);
      expect(tooMany).toMatchObject({
        status: 422,
        body: { type: '/problems/not-returnable', items: [{ sku: MUG, requested: 4, returnable: 3 }] },
      });
      const key = randomUUID();
      const [one, two] = [await back([{ sku: MUG, quantity: 2 }], key), await back([{ sku: MUG, quantity: 2 }], key)];
      expect([one.status, two.status]).toEqual([201, 201]);
      expect(two.body.returns).toHaveLength(1);
      expect((await back([{ sku: MUG, quantity: 2 }])).body.items).toMatchObject([{ returnable: 1 }]);
    });

    test('is approved with partial quantities: what was paid for them is refunded, and they are sold again', async () => {
      await ship();
      const { body } = await back([{ sku: MUG, quantity: 2 }]);
      const [{ id: returnId }] = body.returns;
      const line = body.items.find(({ sku }: { sku: string }) => sku === MUG);
      const before = await stockOf(MUG);
      const approval = { items: [{ sku: MUG, quantity: 1 }], note: 'one is worn' };
      expect((await admin(`returns/${returnId}/approve`, approval)).status).toBe(200);
      const order = await until(({ refunds }) => refunds[0]?.status === 'DONE');
      expect(order.refunds[0].amount.amount).toBe(Math.floor(line.total.amount / 3));
      expect(order.returns[0]).toMatchObject({ status: 'APPROVED', approved: [{ sku: MUG, quantity: 1 }] });
      const after = await eventually(
        () => stockOf(MUG),
        ({ available }) => available > before.available,
      );
      expect(after).toEqual({ available: before.available + 1, sold: before.sold - 1 });
      expect((await admin(`returns/${returnId}/approve`, approval)).body.refunds).toHaveLength(1);
      // Parts together are worth what the line cost.
      const rest = await back([{ sku: MUG, quantity: 2 }]);
      await admin(`returns/${rest.body.returns[1].id}/approve`);
      const { refunds } = await until((order) => order.refunds.length === 2 && order.refunds[1].status === 'DONE');
      expect(refunds[0].amount.amount + refunds[1].amount.amount).toBe(line.total.amount);
    });

    test('is refused with a reason, and can be asked for again', async () => {
      await ship();
      const { body } = await back([{ sku: BOWL, quantity: 1 }]);
      const returnId = body.returns[0].id;
      const refused = await admin(`returns/${returnId}/refuse`, { reason: 'used' });
      expect(refused.body.returns).toMatchObject([{ status: 'REFUSED' }]);
      expect((await admin(`returns/${returnId}/approve`)).status).toBe(409);
      expect((await back([{ sku: BOWL, quantity: 1 }])).status).toBe(201);
      expect(await ledger()).toEqual({ captured: total, refunded: 0 });
    });
  });

  describe('a refund', () => {
    test('is partial or full, and never above what was captured, however many are asked for at once', async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => refund({ amount: Math.ceil(total / 5) })));
      const accepted = answers.filter(({ status }) => status === 201).length;
      const refused = answers.filter(({ status }) => status === 422);
      expect(accepted).toBeLessThanOrEqual(5);
      expect(accepted + refused.length).toBe(12);
      expect(refused[0]?.body.type).toBe('/problems/refund-too-high');
      await refund({});
      await until(({ refunds }) => refunds.every(({ status }: { status: string }) => status === 'DONE'));
      expect(await ledger()).toEqual({ captured: total, refunded: total });
      expect((await refund({})).status).toBe(422);
    });

    test('happens once for a key, with any repetitions', async () => {
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 10 }, () => refund({ amount: 100 }, key)));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      expect((await refund({ amount: 200 }, key)).body.type).toBe('/problems/idempotency-key-reused');
      await until(({ refunds }) => refunds.length === 1 && refunds[0].status === 'DONE');
      expect(await ledger()).toEqual({ captured: total, refunded: 100 });
    });

    test('needs a key, and a whole amount of zero or more', async () => {
      expect((await admin('refunds', { reason: 'x' })).body.type).toBe('/problems/missing-idempotency-key');
      for (const amount of [-1, 1.5, '5']) expect((await refund({ amount })).status).toBe(400);
    });
  });

  describe('a refund of lines', () => {
    test('however many are asked for at once, is never above what was paid for the line', async () => {
      const { amount } = lineOf(BOWL).total;
      const part = Math.ceil(amount / 4);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          n % 3 === 2 ? refund({ amount: 5 }) : refund({ lines: [{ sku: BOWL, amount: part }] }),
        ),
      );
      for (const { status, body } of answers) {
        if (status !== 201) expect([status, body.type]).toEqual([422, '/problems/refund-too-high']);
      }
      const now = await settled();
      const ofLine = now.refunds.flatMap(
        ({ lines }: { lines: { sku: string; amount: { amount: number } }[] }) => lines,
      );
      const sum = ofLine
        .filter(({ sku }: { sku: string }) => sku === BOWL)
        .reduce((all: number, line: { amount: { amount: number } }) => all + line.amount.amount, 0);
      expect(sum).toBeLessThanOrEqual(amount);
      expect(sum).toBeGreaterThan(amount - part);
      expect(lineOf(BOWL, now).refunded.amount).toBe(sum);
      const { body } = await refund({ lines: [{ sku: BOWL, amount }] });
      expect(body).toMatchObject({ type: '/problems/refund-too-high', lines: [{ sku: BOWL }] });
    });

    test('shows what of it belongs to which line and to the delivery, in the order and on its credit note', async () => {
      const lines = [
        { sku: MUG, quantity: 1, amount: 300 },
        { sku: BOWL, amount: 0 },
      ];
      const { status, body } = await refund({ lines, shipping: 90 });
      const euros = (amount: number) => ({ amount, currency: 'EUR' });
      const shown = lines.map((line) => ({ ...line, amount: euros(line.amount) }));
      expect(status).toBe(201);
      expect(body.refunds).toMatchObject([{ amount: euros(390), lines: shown, shipping: euros(90) }]);
      expect([MUG, BOWL].map((sku) => lineOf(sku, body).refunded.amount)).toEqual([300, 0]);
      const { items } = await eventually(
        async () => (await ada.ask(`GET /v1/orders/${id}/credit-notes`)).body,
        (notes) => notes.items.length === 1,
      );
      expect(items[0]).toMatchObject({ amount: euros(390), lines: shown, shipping: euros(90) });
      const taxes = items[0].taxes as { rate: number; gross: { amount: number } }[];
      const rates = new Set([lineOf(MUG).tax.rate, order.shipping.tax.rate]);
      expect(new Set(taxes.map(({ rate }) => rate))).toEqual(rates);
      expect(taxes.reduce((sum, { gross }) => sum + gross.amount, 0)).toBe(390);
      const path = `GET /v1/orders/${id}/credit-notes/${items[0].number}?format=html`;
      const paper = (await ada.ask(path)).body;
      for (const part of [`(${MUG})`, '€3.00', 'Delivery', '€0.90', '€3.90']) expect(paper).toContain(part);
    });

    test('of nothing is noted with its reason, and no money moves', async () => {
      const { status, body } = await refund({ lines: [{ sku: MUG, amount: 0 }], reason: 'replaced instead' });
      expect([status, body.refunds[0].status, body.refunds[0].reason]).toEqual([201, 'DONE', 'replaced instead']);
      expect(await ledger()).toEqual({ captured: total, refunded: 0 });
      expect(await wrongAtRest(shop)).toEqual([]);
    });
  });

  describe('the worth of a return', () => {
    test('after a price reduction is the rest of its line: never more than its paid amount', async () => {
      await ship();
      const { amount } = lineOf(BOWL).total;
      await refund({ lines: [{ sku: BOWL, amount: Math.ceil(amount / 2) }] });
      await sentBack([{ sku: BOWL, quantity: 1 }]);
      const now = await settled();
      expect(lineOf(BOWL, now).refunded.amount).toBe(amount);
      expect(now.payment.refunded.amount).toBe(amount);
    });

    test.each([0, 7])('can be set by staff, to %d', async (amount) => {
      await ship();
      const before = await stockOf(BOWL);
      const { status, body } = await sentBack([{ sku: BOWL, quantity: 1 }], { refund: { amount } });
      expect(status).toBe(200);
      expect(body.refunds.map((one: { amount: { amount: number } }) => one.amount.amount)).toEqual(amount ? [7] : []);
      await eventually(
        () => stockOf(BOWL),
        ({ available }) => available === before.available + 1,
      );
      const told = await mailed(body.returns[0].id, 'return-approved');
      expect(told).toContain(amount ? '€0.07 goes back to you' : 'No money goes back for it');
    });

    test('is refused above the rest of its lines', async () => {
      await ship();
      const { amount } = lineOf(BOWL).total;
      const refused = await sentBack([{ sku: BOWL, quantity: 1 }], { refund: { amount: amount + 1 } });
      expect(refused).toMatchObject({
        status: 422,
        body: { type: '/problems/refund-too-high', left: { amount, currency: 'EUR' } },
      });
    });

    test('of all goods within the withdrawal period is the whole order with its delivery, once', async () => {
      await ship();
      expect(order.shipping.total.amount).toBeGreaterThan(0);
      await refund({ lines: [{ sku: MUG, amount: 100 }] });
      const asked = [
        await back([{ sku: MUG, quantity: 2 }]),
        await back([
          { sku: MUG, quantity: 1 },
          { sku: BOWL, quantity: 1 },
        ]),
      ];
      const returns = asked[1]?.body.returns as { id: string }[];
      // Both at once, and each twice: one of them is the last.
      const answers = await Promise.all([...returns, ...returns].map((one) => admin(`returns/${one.id}/approve`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const now = await settled();
      expect(now.payment.refunded.amount).toBe(total);
      expect(await ledger()).toEqual({ captured: total, refunded: total });
    });
  });

  describe('a customer is told by mail', () => {
    test('that a return is refused, and that a refund is on its way, with the amount', async () => {
      await ship();
      const { body } = await back([{ sku: BOWL, quantity: 1 }]);
      const [{ id: returnId }] = body.returns;
      expect((await admin(`returns/${returnId}/refuse`, { reason: 'http://evil.example' })).status).toBe(200);
      const text = await mailed(returnId, 'return-refused');
      expect(text).toContain('We could not accept your return');
      expect(text).not.toContain('evil.example');
      const { body: now } = await refund({ amount: 120 });
      expect(await mailed(now.refunds[0].id, 'order-refunded')).toContain('We have sent €1.20 back to you');
    });
  });
});
