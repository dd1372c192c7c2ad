import PDFDocument from 'pdfkit';
import { printable } from './runs.ts';
import type { Fact, Sheet } from './sheet.ts';
import { type TextStyle, Typesetter } from './typesetter.ts';

/** In points, on A4. */
const MARGIN = 56;
const RIGHT = 595 - MARGIN;
/** Above the number of the page. */
const BOTTOM = 842 - MARGIN - 20;
/** Where each column begins and how wide it is. */
const COLUMNS: readonly [left: number, width: number][] = [
  [MARGIN, 230],
  [292, 46],
  [342, 72],
  [418, 40],
  [462, RIGHT - 462],
];
const GREY = '#6e6e73';
const RULE = '#d2d2d7';
const CELL: TextStyle = { size: 9 };

type Doc = InstanceType<typeof PDFDocument>;

/** What is drawn on, and the height at which the next part begins. */
interface Pages {
  doc: Doc;
  type: Typesetter;
  y: number;
}

/** An invoice or a credit note on A4, in as many pages as it takes; the same bytes each time. */
export async function invoicePdf(sheet: Sheet, compress = true): Promise<Buffer> {
  const { title, issuedAt: CreationDate } = sheet;
  const Author = printable(sheet.seller[0] ?? '');
  const info = { Title: title, Author, Creator: Author, Producer: Author, CreationDate };
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN, compress, info, lang: 'en', bufferPages: true });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
  const pages: Pages = { doc, type: new Typesetter(doc), y: MARGIN };
  head(pages, sheet);
  table(pages, sheet);
  sums(pages, sheet);
  numberPages(pages, title);
  doc.end();
  return done;
}

function head(pages: Pages, { title, seller, buyer, facts }: Sheet): void {
  const { type } = pages;
  const [shop = '', ...address] = seller;
  let below = type.draw(shop, MARGIN, MARGIN, 260, { size: 12, bold: true, direction: 'auto' });
  below = lines(type, address, below);
  let beside = MARGIN;
  for (const [label, value] of facts) {
    type.draw(label, 320, beside, 90, { size: 10, color: GREY });
    beside = type.draw(value, 400, beside, RIGHT - 400, { size: 10, align: 'right' });
  }
  // Where the window of an envelope is, unless the shop has a long address.
  below = lines(type, buyer, Math.max(150, below + 24));
  pages.y = type.draw(title, MARGIN, Math.max(260, below + 24), RIGHT - MARGIN, { size: 18, bold: true }) + 12;
}

const lines = (type: Typesetter, texts: readonly string[], y: number) =>
  texts.reduce((top, text) => type.draw(text, MARGIN, top, 260, { size: 10, direction: 'auto' }), y);

function table(pages: Pages, { columns, rows }: Sheet): void {
  row(pages, columns, GREY);
  for (const cells of rows) {
    if (pages.y + heightOf(pages, cells) > BOTTOM) {
      nextPage(pages);
      row(pages, columns, GREY);
    }
    row(pages, cells, 'black');
  }
}

function nextPage(pages: Pages): void {
  pages.doc.addPage();
  pages.y = MARGIN;
}

function heightOf({ type }: Pages, cells: readonly string[]): number {
  return Math.max(...cells.map((cell, index) => type.heightOf(cell, COLUMNS[index]?.[1] ?? 0, CELL))) + 10;
}

function row(pages: Pages, cells: readonly string[], color: string): void {
  const below = pages.y + heightOf(pages, cells);
  for (const [index, cell] of cells.entries()) {
    const [left, width] = COLUMNS[index] ?? [MARGIN, 0];
    pages.type.draw(cell, left, pages.y, width, { ...CELL, color, align: index === 0 ? 'left' : 'right' });
  }
  const y = below - 6;
  pages.doc.moveTo(MARGIN, y).lineTo(RIGHT, y).lineWidth(0.5).strokeColor(RULE).stroke();
  pages.y = below;
}

function sums(pages: Pages, { sums, total, included, notes }: Sheet): void {
  if (pages.y + (sums.length + included.length + notes.length) * 16 + 40 > BOTTOM) nextPage(pages);
  const put = ([label, value]: Fact, style: TextStyle) => {
    const below = pages.type.draw(label, 180, pages.y, 250, { ...style, align: 'right' });
    const beside = pages.type.draw(value, 434, pages.y, RIGHT - 434, { ...style, align: 'right' });
    pages.y = Math.max(below, beside) + 3;
  };
  pages.y += 6;
  for (const sum of sums) put(sum, CELL);
  pages.y += 4;
  put(total, { size: 12, bold: true });
  for (const tax of included) put(tax, { ...CELL, color: GREY });
  pages.y += 12;
  for (const note of notes) pages.y = pages.type.draw(note, MARGIN, pages.y, RIGHT - MARGIN, CELL);
}

/** At the foot of each page, once it is known how many there are. */
function numberPages({ doc, type }: Pages, title: string): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(page);
    // Text below the margin would begin a page.
    doc.page.margins.bottom = 0;
    const foot = `${title}, page ${page + 1} of ${count}`;
    type.draw(foot, MARGIN, 842 - MARGIN, RIGHT - MARGIN, { size: 8, color: GREY, align: 'center' });
  }
}
