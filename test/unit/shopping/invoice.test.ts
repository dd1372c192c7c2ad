import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { invoiceContent } from '../../../services/shopping/invoice/document-content.ts';
import { DOCUMENT_CSP, renderHtml } from '../../../services/shopping/invoice/html.ts';
import { type Invoice, type InvoiceOrder, issueInvoice } from '../../../services/shopping/invoice/invoice.ts';
import { renderPdf } from '../../../services/shopping/invoice/pdf.ts';
import { ADDRESS } from '../../support/address.ts';
import { invoiceOrder } from '../../support/order-documents.ts';
import { pdfText } from '../../support/pdf-text.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const SELLER = 'Moleculer Shop, 1 Market Street, 10115 Berlin';
const ISSUER = { seller: SELLER, timeZone: 'UTC' };
const NOON = new Date('2025-11-24T12:00:00Z');

type Fault = 'none' | 'refused' | 'answer lost';
type Invoices = Parameters<typeof issueInvoice>[3];

/** A collection with the two unique keys, whose inserts end as `faults` say, one after the other. */
class InvoiceCollection implements Invoices {
  readonly docs: Invoice[] = [];
  readonly #faults: Fault[];
  constructor(faults: Fault[] = []) {
    this.#faults = [...faults];
  }

  async insert(doc: Omit<Invoice, 'rev'>): Promise<boolean> {
    await turn();
    const fault = this.#faults.shift() ?? 'none';
    if (fault === 'refused') throw new Error('the database is away');
    if (this.docs.some(({ _id, orderId }) => _id === doc._id || orderId === doc.orderId)) return false;
    this.docs.push({ ...doc, rev: 0 });
    if (fault === 'answer lost') throw new Error('the connection was lost');
    return true;
  }

  async findOne(filter: { orderId?: unknown }): Promise<Invoice | null> {
    await turn();
    return this.docs.find(({ orderId }) => orderId === filter.orderId) ?? null;
  }

  find: Invoices['find'] = async (filter) => {
    await turn();
    return this.docs.filter(({ year }) => year === filter.year).sort((a, b) => b.seq - a.seq);
  };

  numbers(): string[] {
    return this.docs.map(({ _id }) => _id).sort();
  }
}

/** Issues an invoice, and tries again after each error. */
async function issueUntilDone(order: InvoiceOrder, now: Date, invoices: Invoices): Promise<Invoice> {
  return issueInvoice(order, ISSUER, now, invoices).catch(() => issueUntilDone(order, now, invoices));
}

const numbers = (year: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${year}-${String(index + 1).padStart(6, '0')}`);

describe('invoices are numbered', () => {
  test('from 000001 on in each year of the shop’s time zone', async () => {
    const shelf = new InvoiceCollection();
    const at = (time: string) => issueInvoice(invoiceOrder(), ISSUER, new Date(time), shelf);
    await at('2025-12-31T12:00:00Z');
    await at('2025-12-31T23:59:59.999Z');
    await at('2026-01-01T00:00:00Z');
    // A node whose clock is behind.
    await at('2025-12-31T23:59:59.999Z');
    await at('2026-01-01T00:00:01+01:00');
    expect(shelf.numbers()).toEqual([...numbers(2025, 4), ...numbers(2026, 1)]);
  });

  test.each([
    ['Europe/Berlin', '2026-12-31T23:30:00Z', '2027-01-01'],
    ['Europe/Berlin', '2026-12-31T22:59:59Z', '2026-12-31'],
    ['Pacific/Auckland', '2026-12-31T20:00:00Z', '2027-01-01'],
    ['Pacific/Auckland', '2026-12-31T10:59:59Z', '2026-12-31'],
    ['America/Los_Angeles', '2027-01-01T01:00:00Z', '2026-12-31'],
    ['America/Los_Angeles', '2027-01-01T08:00:00Z', '2027-01-01'],
  ])('by the calendar of %s: at %s it is %s there', async (timeZone, time, day) => {
    const issued = await issueInvoice(
      invoiceOrder({ paidAt: time }),
      { seller: SELLER, timeZone },
      new Date(time),
      new InvoiceCollection(),
    );
    expect([issued._id, issued.year]).toEqual([`${day.slice(0, 4)}-000001`, Number(day.slice(0, 4))]);
    expect(invoiceContent(issued).facts).toEqual(
      expect.arrayContaining([
        ['Date', day],
        ['Paid', day],
      ]),
    );
  });

  test('beyond 999999, too', async () => {
    const shelf = new InvoiceCollection();
    const last = { year: 2025, seq: 999_999, _id: '2025-999999', orderId: 'ord_0', rev: 0 };
    shelf.docs.push({ ...last, issuedAt: NOON, seller: SELLER, order: invoiceOrder() });
    expect((await issueInvoice(invoiceOrder(), ISSUER, NOON, shelf))._id).toBe('2025-1000000');
    expect((await issueInvoice(invoiceOrder(), ISSUER, NOON, shelf))._id).toBe('2025-1000001');
  });

  test(`without gaps or doubles, with any failures of the inserts (seed ${seed})`, async () => {
    const fault = fc.constantFrom<Fault>('none', 'none', 'refused', 'answer lost');
    const check = fc.asyncProperty(
      fc.array(fault, { maxLength: 30 }),
      fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 16 }),
      async (faults, asked) => {
        const [shelf, orders] = [new InvoiceCollection(faults), Array.from({ length: 8 }, () => invoiceOrder())];
        const issued = await Promise.all(
          asked.map((which) => issueUntilDone(orders[which] as InvoiceOrder, NOON, shelf)),
        );
        expect(shelf.numbers()).toEqual(numbers(2025, new Set(asked).size));
        for (const [index, { orderId }] of issued.entries()) expect(orderId).toBe(orders[asked[index] ?? 0]?.id);
      },
    );
    await fc.assert(check, { seed, numRuns: 200 });
  });

  test.each<Fault>(['refused', 'answer lost'])('without a gap when an insert is %s', async (fault) => {
    const shelf = new InvoiceCollection(['none', fault]);
    const [first, second, third] = [invoiceOrder(), invoiceOrder(), invoiceOrder()];
    await issueInvoice(first, ISSUER, NOON, shelf);
    await expect(issueInvoice(second, ISSUER, NOON, shelf)).rejects.toThrow();
    await issueInvoice(third, ISSUER, NOON, shelf);
    await issueInvoice(second, ISSUER, NOON, shelf);
    expect(shelf.numbers()).toEqual(numbers(2025, 3));
  });
});

const invoiceOf = (order: InvoiceOrder): Invoice => ({
  ...{ _id: '2025-000042', rev: 0, year: 2025, seq: 42, orderId: order.id, issuedAt: NOON, seller: SELLER, order },
});
const withTotals = (change: Partial<InvoiceOrder['totals']>) => {
  const order = invoiceOrder();
  return { ...order, totals: { ...order.totals, ...change } };
};

describe('an invoice', () => {
  const order = invoiceOrder();
  const facts = [
    ...['2025-000042', order.number, '2025-11-24', 'Moleculer Shop', '10115 Berlin', 'Ada Byron', '12 Analytical Way'],
    ...['Mug, Blue (MUG-1)', '€411.50', '19 %', 'Discount WELCOME', '-€34.50', 'Shipping: Standard', '€4.90'],
    ...['Total', '€1,204.90', 'Includes 19 % tax on €1,012.52', '€192.38'],
  ];

  test('as a PDF is one, and has the number, all amounts and the total in its text', async () => {
    for (const compress of [true, false]) {
      const pdf = await renderPdf(invoiceContent(invoiceOf(order)), compress);
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      for (const fact of [...facts, 'page 1 of 1']) expect(pdfText(pdf)).toContain(fact);
    }
  });

  test('as a PDF has the same bytes each time', async () => {
    const content = invoiceContent(invoiceOf(order));
    const pdf = await renderPdf(content);
    expect(pdf.equals(await renderPdf(content))).toBe(true);
    // Neither the time of day nor chance is in it.
    expect(pdf.toString('latin1')).toContain('(D:20251124120000Z)');
  });

  test('as a PDF has its columns and its number on every page, and no line is lost', async () => {
    const [line] = order.lines;
    const lines = Array.from({ length: 100 }, (_, index) => ({ ...line, sku: `SKU-${index}.` }));
    const text = pdfText(
      await renderPdf(invoiceContent(invoiceOf({ ...order, lines: lines as InvoiceOrder['lines'] }))),
    );
    const pages = Number(/page 1 of (\d+)/.exec(text)?.[1]);
    expect(pages).toBeGreaterThan(2);
    expect(text.match(/page \d+ of/g)).toHaveLength(pages);
    expect(text.match(/^Article$/gm)).toHaveLength(pages);
    for (const { sku } of lines) expect(text).toContain(`(${sku})`);
  });

  test('as a page says the same', () => {
    for (const fact of facts) expect(renderHtml(invoiceContent(invoiceOf(order)))).toContain(fact);
  });

  test('adds the tax up when prices are without it, and names it beneath the total when they contain it', () => {
    const labels = (taxIncluded: boolean) => {
      const { sums, included } = invoiceContent(invoiceOf(withTotals({ taxIncluded })));
      return [sums.map(([label]) => label), included.map(([label]) => label)];
    };
    expect(labels(true)).toEqual([['Goods', 'Discount WELCOME', 'Shipping'], ['Includes 19 % tax on €1,012.52']]);
    expect(labels(false)).toEqual([['Goods', 'Discount WELCOME', 'Shipping', '19 % tax on €1,204.90'], []]);
  });

  test('shows a hostile name and title, and runs nothing', () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const lines = order.lines.map((line) => ({ ...line, title: evil, variant: evil, sku: evil }));
    const billingAddress = { ...ADDRESS, name: evil, line1: evil };
    const shipping = { ...order.shipping, title: evil };
    const html = renderHtml(invoiceContent(invoiceOf({ ...order, lines, billingAddress, shipping })));
    expect(html).not.toContain('<img');
    expect(html.split('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;')).toHaveLength(7);
  });

  test('as a page is allowed its own style sheet and nothing else', () => {
    const html = renderHtml(invoiceContent(invoiceOf(order)));
    const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(DOCUMENT_CSP).toContain("default-src 'none'");
    expect(DOCUMENT_CSP).toContain(`style-src 'sha256-${hash}'`);
    expect(DOCUMENT_CSP).not.toContain('unsafe');
    expect(html).not.toMatch(/ style="|<script|https?:/);
  });
});
