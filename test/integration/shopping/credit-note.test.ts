import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { dayIn, yearIn } from '../../../lib/contract/time-zone.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { pdfText } from '../../support/pdf-text.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 60)?.sku as string;
/** Fourteen hours ahead of UTC: half of the time it is another day there. */
const TIME_ZONE = 'Pacific/Kiritimati';

interface Placed {
  id: string;
  number: string;
  totals: { total: { amount: number; currency: string } };
}

eachEngine('a credit note', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let staff: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', TIME_ZONE }));
    ada = await Shopper.at(shop.url);
    staff = await staffAt(shop);
  });
  afterAll(async () => {
    const wrong = await wrongAtRest(shop);
    await shop.stop();
    expect(wrong).toEqual([]);
  });

  const ordered = async (shopper = ada): Promise<Placed> => {
    await shopper.put(MUG, 1);
    return (await shopper.order()).body;
  };
  const invoiceOf = (id: string, format = 'html') => ada.ask(`GET /v1/orders/${id}/invoice?format=${format}`);
  const refund = (id: string, body: object, key = randomUUID()) =>
    staff.ask(`POST /v1/admin/orders/${id}/refunds`, body, { 'idempotency-key': key });
  const notesOf = async (id: string, count: number) => {
    const { body } = await eventually(
      () => ada.ask(`GET /v1/orders/${id}/credit-notes`),
      (answer) => answer.body.items.length >= count,
    );
    return body.items;
  };

  test('is issued for each refund and corrects the invoice, which says so', async () => {
    const order = await ordered();
    expect((await invoiceOf(order.id)).body).not.toContain('Corrected by credit note');
    expect((await refund(order.id, { amount: 100, reason: 'scratched' })).status).toBe(201);
    await notesOf(order.id, 1);
    expect((await refund(order.id, { amount: 250, reason: 'late' })).status).toBe(201);
    const [first, second] = await notesOf(order.id, 2);
    expect(first).toMatchObject({ amount: { amount: 100 }, cancellation: false });
    expect(second).toMatchObject({ amount: { amount: 250 }, cancellation: false });
    const { body } = await invoiceOf(order.id);
    expect(body).toContain(`Corrected by credit note ${first.number} (-€1.00)`);
    expect(body).toContain(`Corrected by credit note ${second.number} (-€2.50)`);
    const paper = await ada.ask(`GET /v1/orders/${order.id}/credit-notes/${first.number}?format=html`);
    expect(paper.body).toContain(`Corrects invoice`);
    expect(paper.body).toContain(first.invoice);
    expect(paper.body).not.toContain('-€0.00');
  });

  test('of a cancellation takes the whole invoice back', async () => {
    const order = await ordered();
    await invoiceOf(order.id);
    expect((await ada.ask(`POST /v1/orders/${order.id}/cancel`, {})).status).toBe(200);
    const [note] = await notesOf(order.id, 1);
    expect(note).toMatchObject({ cancellation: true, amount: order.totals.total });
    expect((await invoiceOf(order.id)).body).toContain(`Corrected by credit note ${note.number}`);
    const { headers, body } = await staff.ask(
      `GET /v1/admin/orders/${order.id}/credit-notes/${note.number}?format=html`,
    );
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain('Cancellation');
    expect(body).toContain(`(${MUG})`);
    expect(note.lines).toMatchObject([{ sku: MUG, quantity: 1 }]);
    expect(note.lines[0].amount.amount + note.shipping.amount).toBe(order.totals.total.amount);
  });

  test('is not issued for an order that was cancelled before it had an invoice, which then has none', async () => {
    const order = await ordered();
    expect((await ada.ask(`POST /v1/orders/${order.id}/cancel`, {})).status).toBe(200);
    await eventually(
      () => ada.ask(`GET /v1/orders/${order.id}`),
      ({ body }) => body.status === 'CANCELLED',
    );
    expect(await wrongAtRest(shop)).toEqual([]);
    expect((await ada.ask(`GET /v1/orders/${order.id}/credit-notes`)).body.items).toEqual([]);
    expect(await invoiceOf(order.id)).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
  });

  test('is numbered without gaps or doubles, also for requests at once, in the year and on the day of the shop’s time zone', async () => {
    const orders = [await ordered(), await ordered(), await ordered()];
    const keys = Array.from({ length: 5 }, () => randomUUID());
    const asked = orders.flatMap(({ id }) =>
      keys.flatMap((key) => [
        refund(id, { amount: 10, reason: 'late' }, key),
        refund(id, { amount: 10, reason: 'late' }, key),
      ]),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 201));
    for (const { id } of orders) expect(await notesOf(id, 5)).toHaveLength(5);
    const kept = (await storeOf(shop, 'credit-note').find({})).toSorted((a, b) => a.year - b.year || a.seq - b.seq);
    const ofYear = Object.groupBy(kept, ({ year }) => year);
    for (const [year, notes = []] of Object.entries(ofYear)) {
      expect(notes.map(({ _id }) => _id)).toEqual(notes.map((_, n) => `CN-${year}-${String(n + 1).padStart(6, '0')}`));
    }
    for (const { issuedAt, year } of kept) expect(year).toBe(yearIn(issuedAt, TIME_ZONE));
    const [last] = kept.slice(-1);
    const { body } = await ada.ask(`GET /v1/orders/${last?.orderId}/credit-notes/${last?._id}?format=html`);
    expect(body).toContain(dayIn(last?.issuedAt as Date, TIME_ZONE));
  });

  test('has a PDF that names it, and no other customer may read it', async () => {
    const order = await ordered();
    await refund(order.id, { amount: 120, reason: 'late' });
    const [{ number }] = await notesOf(order.id, 1);
    const path = `/v1/orders/${order.id}/credit-notes/${number}`;
    const answer = await fetch(`${shop.url}${path}`, { headers: { authorization: `Bearer ${ada.token}` } });
    expect(answer.headers.get('content-disposition')).toBe(`inline; filename="credit-note-${number}.pdf"`);
    expect(pdfText(Buffer.from(await answer.arrayBuffer()))).toContain(`Credit note ${number}`);
    const bob = await Shopper.at(shop.url);
    const theirs = await ordered(bob);
    for (const refused of [`GET ${path}`, `GET /v1/orders/${theirs.id}/credit-notes/${number}`]) {
      expect((await bob.ask(refused)).status).toBe(404);
    }
    expect((await bob.ask(`GET /v1/orders/${order.id}/credit-notes`)).status).toBe(404);
    expect((await staff.ask(`GET /v1/orders/${order.id}/credit-notes/${number}`)).status).toBe(404);
  });

  describe('turns the audit red (I16) when', () => {
    const run = async () => (await shop.broker.call('audit.run', { atRest: true })).violations;
    afterEach(async () => expect(await run()).toEqual([]));

    test('it is missing, and its number with it', async () => {
      const { id } = await ordered();
      for (const amount of [30, 40]) {
        await refund(id, { amount, reason: 'late' });
        await eventually(
          () => notesOf(id, 1),
          (items) => items.at(-1).amount.amount === amount,
        );
      }
      expect(await wrongAtRest(shop)).toEqual([]);
      const notes = storeOf(shop, 'credit-note');
      const [first, second] = await notes.find({ orderId: id }, { sort: { nth: 1 } });
      if (!first || !second) throw new Error('there are no two credit notes');
      await notes.remove({ _id: first._id });
      expect(await run()).toMatchObject([
        { invariant: 'I16', documents: [second._id] },
        { invariant: 'I16', documents: [first.refundId, id] },
      ]);
      await notes.insert(first);
      await notes.change(second._id, ({ amount }) => ({
        answer: undefined,
        patch: { amount: { ...amount, amount: 41 } },
      }));
      expect(await run()).toMatchObject([{ invariant: 'I16', documents: [second._id] }]);
      await notes.change(second._id, () => ({ answer: undefined, patch: { amount: second.amount } }));
    });
  });
});
