import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import type { Invoice } from '../../../services/shopping/invoice/invoice.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { invoiceOrder } from '../../support/order-documents.ts';
import { pdfText } from '../../support/pdf-text.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 60)?.sku as string;

const THIS_YEAR = new Date().getUTCFullYear();
/** By number; a test may run into the new year. */
const sequences = (invoices: readonly Invoice[]) =>
  Object.groupBy(
    invoices.toSorted((a, b) => a.seq - b.seq),
    ({ year }) => year,
  );
const allOf = (shop: TestShop) => storeOf(shop, 'invoice').find({});

function expectNoGapsOrDoubles(invoices: readonly Invoice[]): void {
  for (const [year, ofYear = []] of Object.entries(sequences(invoices))) {
    expect(ofYear.map(({ seq }) => seq)).toEqual(ofYear.map((_, index) => index + 1));
    for (const { _id, seq } of ofYear) expect(_id).toBe(`${year}-${String(seq).padStart(6, '0')}`);
  }
  expect(new Set(invoices.map(({ orderId }) => orderId)).size).toBe(invoices.length);
}

eachEngine('numbering invoices', (engine) => {
  let shops: TestShop[];
  let config: Config;
  /** On NeDB one process has the files. */
  const nodes = engine.name === 'mongo' ? ['one', 'two'] : ['one'];

  beforeAll(async () => {
    config = engine.config({ SERVICES: 'shopping' });
    shops = [];
    for (const nodeId of nodes) shops.push(await startShop({ ...config, nodeId }));
  });
  afterAll(async () => {
    for (const shop of shops) await shop.stop();
  });
  const nodeOf = (index: number) => shops[index % shops.length] as TestShop;
  const issue = async (order = invoiceOrder(), index = 0) =>
    (await nodeOf(index).broker.call('invoice.issue', { order })).number;

  test('200 at once for 150 orders, on every node: no gaps, no doubles', async () => {
    const orders = Array.from({ length: 150 }, () => invoiceOrder());
    const asked = [...orders, ...orders.slice(0, 50)];
    const issued = await Promise.all(asked.map((order, index) => issue(order, index)));
    expect(new Set(issued).size).toBe(150);
    expect(issued.slice(150)).toEqual(issued.slice(0, 50));
    const kept = await allOf(nodeOf(0));
    expect(kept).toHaveLength(150);
    expectNoGapsOrDoubles(kept);
  });

  test('one order asked for 50 times at once has one number', async () => {
    const order = invoiceOrder();
    const issued = await Promise.all(Array.from({ length: 50 }, (_, index) => issue(order, index)));
    expect(new Set(issued).size).toBe(1);
    expectNoGapsOrDoubles(await allOf(nodeOf(0)));
  });

  test('an insert that fails, or whose answer is lost, leaves no gap when it is tried again', async () => {
    const store = storeOf(nodeOf(0), 'invoice');
    const real = store.insert.bind(store);
    const order = invoiceOrder();
    for (const first of [
      () => Promise.reject(new Error('not reached')),
      (doc: Parameters<typeof real>[0]) => real(doc).then(() => Promise.reject(new Error('the answer was lost'))),
    ]) {
      store.insert = first;
      await expect(issue(order)).rejects.toThrow();
      store.insert = real;
      await issue();
    }
    await issue(order);
    const kept = await allOf(nodeOf(0));
    expectNoGapsOrDoubles(kept);
    expect(kept.filter(({ orderId }) => orderId === order.id)).toHaveLength(1);
  });

  test('an order that another node numbers between a look and an insert has one number', async () => {
    const store = storeOf(nodeOf(0), 'invoice');
    const order = invoiceOrder();
    const number = await issue(order);
    const real = store.findOne.bind(store);
    // What a look before the other node's insert would have found.
    store.findOne = () => {
      store.findOne = real;
      return Promise.resolve(null);
    };
    expect(await issue(order)).toBe(number);
    const kept = await allOf(nodeOf(0));
    expectNoGapsOrDoubles(kept);
    expect(kept.filter(({ orderId }) => orderId === order.id)).toHaveLength(1);
  });

  test('the auditor reads all of them, page by page', async () => {
    const read: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page: { items: { id: string }[]; next: string | null } = await nodeOf(0).broker.call('invoice.books', {
        limit: 40,
        ...(after === undefined ? {} : { after }),
      });
      expect(page.items.length).toBeLessThanOrEqual(40);
      read.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    expect(read).toEqual((await allOf(nodeOf(0))).map(({ _id }) => _id).sort());
  });
});

eachEngine('an invoice', (engine) => {
  let shop: TestShop;
  let config: Config;
  let ada: Shopper;
  let staff: Shopper;
  let admin: Shopper;
  let order: { id: string; number: string; totals: { total: { amount: number } } };

  beforeAll(async () => {
    config = engine.config({ SEED: 'true', SELLER: 'The First Shop, 1 Old Street, Berlin' });
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
    [staff, admin] = [await staffAt(shop), await staffAt(shop, 'admin')];
    order = await orderOf(ada);
  });
  afterAll(async () => {
    expect(await wrongAtRest(shop)).toEqual([]);
    await shop.stop();
  });

  const orderOf = async (shopper: Shopper) => {
    await shopper.put(MUG, 2);
    return (await shopper.order()).body;
  };
  const html = (shopper: Shopper, id = order.id) => shopper.ask(`GET /v1/orders/${id}/invoice?format=html`);
  const pdf = async (shopper: Shopper, id = order.id) => {
    const headers = { authorization: `Bearer ${shopper.token}` };
    const answer = await fetch(`${shop.url}/v1/orders/${id}/invoice`, { headers });
    return { status: answer.status, headers: answer.headers, data: Buffer.from(await answer.arrayBuffer()) };
  };
  const euros = (amount: number) =>
    new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(amount / 100);

  test('is a PDF with its number, the order, the seller and the total', async () => {
    const { status, headers, data } = await pdf(ada);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toMatch(/^inline; filename="invoice-\d{4}-\d{6}\.pdf"$/);
    expect(data.subarray(0, 5).toString()).toBe('%PDF-');
    const text = pdfText(data);
    expect(text).toMatch(/Invoice \d{4}-\d{6}/);
    for (const part of [order.number, 'The First Shop', 'Ada Byron', euros(order.totals.total.amount)]) {
      expect(text).toContain(part);
    }
  });

  test('is a page for clients that ask for HTML, and the page may load nothing', async () => {
    const path = `GET /v1/orders/${order.id}/invoice`;
    for (const answer of [await html(ada), await ada.ask(path, undefined, { accept: 'text/html,*/*;q=0.8' })]) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.body).toContain(euros(order.totals.total.amount));
    }
    const explicit = await ada.ask(`${path}?format=pdf`, undefined, { accept: 'text/html' });
    expect(explicit.headers.get('content-type')).toBe('application/pdf');
    expect((await ada.ask(`${path}?format=doc`)).status).toBe(400);
  });

  test("of another customer's order does not exist, neither does that of no order, not for staff either", async () => {
    const bob = await Shopper.at(shop.url);
    const theirs = await orderOf(bob);
    for (const answer of [await html(ada, theirs.id), await html(ada, 'ord_01JNVVWZEZHWMHB63K63A6KM7H')]) {
      expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    }
    // Asking did not use up a number.
    expect(await storeOf(shop, 'invoice').findOne({ orderId: theirs.id })).toBeNull();
    await html(bob, theirs.id);
    for (const who of [ada, staff, admin]) {
      for (const path of ['invoice', 'credit-notes', 'credit-notes/CN-2026-000001']) {
        const answer = await who.ask(`GET /v1/orders/${theirs.id}/${path}`);
        expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      }
    }
  });

  test("is read by staff through staff's route alone, with an entry in the audit log for each time", async () => {
    const eve = await Shopper.at(shop.url);
    const theirs = await orderOf(eve);
    const entries = async () => {
      const { body } = await admin.ask('GET /v1/admin/audit-log?action=invoice.staffGet&limit=100');
      return (body.items as { params: { id: string } }[]).filter(({ params }) => params.id === theirs.id);
    };
    expect((await html(staff, theirs.id)).status).toBe(404);
    expect(await entries()).toEqual([]);
    for (let times = 1; times <= 2; times++) {
      const read = await staff.ask(`GET /v1/admin/orders/${theirs.id}/invoice?format=html`);
      expect(read).toMatchObject({ status: 200, body: expect.stringContaining(theirs.number) });
      expect(await entries()).toHaveLength(times);
    }
    expect((await entries())[0]).toMatchObject({ action: 'invoice.staffGet', staffId: staff.id, outcome: 'done' });
    // Who may not, is told nothing, and nothing is written down for them.
    expect((await eve.ask(`GET /v1/admin/orders/${theirs.id}/invoice`)).status).toBe(404);
    expect(await entries()).toHaveLength(2);
  });

  test('of an order that was not paid is refused, and uses no number up', async () => {
    const eve = await Shopper.at(shop.url);
    await eve.put(MUG, 1);
    const body = { addressId: eve.addressId, paymentMethod: 'tok_decline' };
    expect((await eve.ask('POST /v1/orders', body, { 'idempotency-key': 'one' })).body.payment.status).toBe('failed');
    const [declined] = (await eve.ask('GET /v1/orders')).body.items;
    expect(await html(eve, declined.id)).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
    expect(await storeOf(shop, 'invoice').findOne({ orderId: declined.id })).toBeNull();
  });

  test('asked for 50 times at once has one number', async () => {
    const { id } = await orderOf(ada);
    const answers = await Promise.all(Array.from({ length: 50 }, () => html(ada, id)));
    expect(new Set(answers.map(({ body }) => /Invoice \d{4}-\d{6}/.exec(body)?.[0])).size).toBe(1);
    expectNoGapsOrDoubles(await allOf(shop));
  });

  test('is there once the order is shipped, whether or not anybody asked for it', async () => {
    const { id } = await orderOf(ada);
    await staff.ask(`POST /v1/admin/orders/${id}/pack`, {});
    await staff.ask(`POST /v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'RR1' });
    const issued = await eventually(
      () => storeOf(shop, 'invoice').findOne({ orderId: id }),
      (found) => found !== null,
    );
    expect((await html(ada, id)).body).toContain(`Invoice ${issued?._id}`);
  });

  test('stays as it was issued when the shop moves', async () => {
    const before = [await pdf(ada), await html(ada)] as const;
    await shop.stop();
    shop = await startShop({ ...config, seller: 'The Second Shop, 2 New Street, Hamburg' });
    Object.assign(ada, { url: shop.url });
    Object.assign(staff, { url: shop.url });
    expect((await pdf(ada)).data.equals(before[0].data)).toBe(true);
    expect((await html(ada)).body).toBe(before[1].body);
    expect((await html(ada, (await orderOf(ada)).id)).body).toContain('The Second Shop');
  });

  describe('for staff', () => {
    test('is in the list of its year, the newest first, page by page', async () => {
      const listed: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const after: string = cursor ? `&cursor=${cursor}` : '';
        const { body } = await staff.ask(`GET /v1/admin/invoices?year=${THIS_YEAR}&limit=2${after}`);
        expect(body.items.length).toBeLessThanOrEqual(2);
        listed.push(...body.items.map(({ number }: { number: string }) => number));
        cursor = body.nextCursor;
      }
      const kept = (sequences(await allOf(shop))[THIS_YEAR] ?? []).map(({ _id }) => _id);
      expect(kept.length).toBeGreaterThan(2);
      expect(listed).toEqual(kept.toReversed());
      expect((await staff.ask('GET /v1/admin/invoices')).body.items[0]).toMatchObject({ number: listed[0] });
      expect((await staff.ask(`GET /v1/admin/invoices?year=${THIS_YEAR - 1}`)).body.items).toEqual([]);
    });

    test('and for no other customer', async () => {
      expect((await ada.ask('GET /v1/admin/invoices')).status).toBe(404);
      expect((await new Shopper(shop.url).ask('GET /v1/admin/invoices')).status).toBe(401);
    });
  });
});
