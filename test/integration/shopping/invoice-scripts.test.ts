import { describe, expect, test } from '@jest/globals';
import { invoiceContent } from '../../../services/shopping/invoice/document-content.ts';
import { renderHtml } from '../../../services/shopping/invoice/html.ts';
import type { Invoice } from '../../../services/shopping/invoice/invoice.ts';
import { renderPdf } from '../../../services/shopping/invoice/pdf.ts';
import { ADDRESS } from '../../support/address.ts';
import { invoiceOrder } from '../../support/order-documents.ts';
import { pdfText } from '../../support/pdf-text.ts';

/** The text of a PDF without spaces, as each script is laid out in pieces of its own. */
const shownBy = (pdf: Buffer): string => pdfText(pdf).replaceAll(/\s/g, '');
const visual = (text: string): string => Array.from(text).reverse().join('');

function invoiceWith(text: string, seller = 'Moleculer Shop, Berlin'): Invoice {
  const order = invoiceOrder();
  const billingAddress = { ...ADDRESS, name: text, line1: text, city: text };
  const lines = order.lines.map((line) => ({ ...line, title: text }));
  return {
    ...{ _id: '2025-000042', rev: 0, year: 2025, seq: 42, orderId: order.id, issuedAt: new Date(0), seller },
    order: { ...order, billingAddress, lines, shipping: { ...order.shipping, title: text } },
  };
}

describe('a PDF shows, and never as question marks,', () => {
  test.each([
    ['Greek', 'Ελένη Παπαδοπούλου'],
    ['Greek with all accents', 'Ἑλληνικὸς καφές'],
    ['Cyrillic', 'Иван Петров'],
    ['Ukrainian', 'Їжакевич Ґалаґан'],
    ['Vietnamese', 'Nguyễn Thế Ánh'],
    ['Polish and Turkish', 'Łukasz Żółć İşık Ğ'],
    ['decomposed letters', 'Re\u0301ne\u0301e'],
    ['Japanese', '山田太郎 たなか カフェ'],
    ['Chinese', '王小明 北京市朝阳区'],
    ['Han beyond the basic plane', '𠮷野家'],
    ['Korean', '김민수 서울특별시'],
    ['Devanagari', 'राम'],
    ['Thai', 'ศิริพร'],
    ['Armenian', 'Արամ'],
    ['Georgian', 'გიორგი'],
    ['signs of currencies', '€ £ ¥ ₹ ₽ ₺ ₴ ₩ ₪'],
  ])('%s', async (_script, text) => {
    const shown = shownBy(await renderPdf(invoiceContent(invoiceWith(text, `${text}, Berlin`))));
    const expected = text.normalize('NFC').replaceAll(' ', '');
    // Seller, name, street, city, the article and the way of shipping.
    expect(shown.split(expected).length - 1).toBeGreaterThanOrEqual(6);
    expect(shown).not.toMatch(/[?\ufffd]/);
  });

  test.each([
    ['Hebrew', 'שרה כהן'],
    ['Arabic', 'محمد بن علي'],
    ['Persian', 'پروین چگونه'],
  ])('%s, from right to left', async (_script, text) => {
    const shown = shownBy(await renderPdf(invoiceContent(invoiceWith(text, `${text}, Berlin`))));
    expect(shown.split(visual(text).replaceAll(' ', '')).length - 1).toBeGreaterThanOrEqual(6);
    expect(shown).not.toMatch(/[?\ufffd]/);
  });

  test('Hebrew within Latin, with its digits and brackets the right way round', async () => {
    const shown = shownBy(await renderPdf(invoiceContent(invoiceWith('Mug עברית (12) blue'))));
    expect(shown).toContain(`Mug(12)${visual('עברית')}blue`);
  });

  test('the text between emoji, which are left out', async () => {
    const shown = shownBy(await renderPdf(invoiceContent(invoiceWith('👩‍👩‍👧‍👦 Ana 🇩🇪❤️'))));
    expect(shown).toContain('AnaAna');
    expect(shown).not.toMatch(/[?\ufffd]/);
  });

  test('a box for a letter of a script that it has no font for; the page has it', async () => {
    const content = invoiceContent(invoiceWith('አማርኛ'));
    expect(shownBy(await renderPdf(content))).toContain('\ufffd');
    expect(renderHtml(content)).toContain('አማርኛ');
  });
});
