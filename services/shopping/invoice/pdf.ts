import PDFDocument from 'pdfkit';
import { latin } from './latin.ts';
import type { Sheet } from './sheet.ts';

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

type Doc = InstanceType<typeof PDFDocument>;

/** An invoice on A4, in as many pages as it takes; the same bytes each time. */
export async function invoicePdf(sheet: Sheet, compress = true): Promise<Buffer> {
  const { title, issuedAt: CreationDate } = sheet;
  const Author = latin(sheet.seller[0] ?? '');
  const info = { Title: title, Author, Creator: Author, Producer: Author, CreationDate };
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN, compress, info, lang: 'en', bufferPages: true });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
  head(doc, sheet);
  table(doc, sheet);
  sums(doc, sheet);
  numberPages(doc, title);
  doc.end();
  return done;
}

function head(doc: Doc, { title, seller, buyer, facts }: Sheet): void {
  const [shop = '', ...address] = seller;
  doc.fillColor('black').font('Helvetica-Bold').fontSize(12).text(latin(shop), MARGIN, MARGIN, { width: 280 });
  doc
    .font('Helvetica')
    .fontSize(10)
    .text(latin(address.join('\n')), { width: 280 });
  const below = doc.y;
  for (const [index, [label, value]] of facts.entries()) {
    const y = MARGIN + index * 15;
    doc.fillColor(GREY).text(label, 370, y, { lineBreak: false });
    doc.fillColor('black').text(latin(value), 420, y, { width: RIGHT - 420, align: 'right' });
  }
  // Where the window of an envelope is, unless the shop has a long address.
  doc.text(latin(buyer.join('\n')), MARGIN, Math.max(150, below + 24), { width: 280 });
  doc
    .font('Helvetica-Bold')
    .fontSize(18)
    .text(title, MARGIN, Math.max(260, doc.y + 24))
    .moveDown(0.8);
}

function table(doc: Doc, { columns, rows }: Sheet): void {
  row(doc, columns, GREY);
  for (const cells of rows) {
    if (doc.y + heightOf(doc, cells) > BOTTOM) {
      doc.addPage();
      row(doc, columns, GREY);
    }
    row(doc, cells, 'black');
  }
}

function heightOf(doc: Doc, cells: readonly string[]): number {
  doc.font('Helvetica').fontSize(9);
  const heights = cells.map((cell, index) => doc.heightOfString(latin(cell), { width: COLUMNS[index]?.[1] ?? 0 }));
  return Math.max(...heights) + 10;
}

function row(doc: Doc, cells: readonly string[], color: string): void {
  const below = doc.y + heightOf(doc, cells);
  const { y } = doc;
  doc.fillColor(color);
  for (const [index, cell] of cells.entries()) {
    const [left, width] = COLUMNS[index] ?? [MARGIN, 0];
    doc.text(latin(cell), left, y, { width, align: index === 0 ? 'left' : 'right' });
  }
  line(doc, below - 6);
  doc.y = below;
}

function line(doc: Doc, y: number): void {
  doc.moveTo(MARGIN, y).lineTo(RIGHT, y).lineWidth(0.5).strokeColor(RULE).stroke();
}

function sums(doc: Doc, { sums, total, included }: Sheet): void {
  if (doc.y + (sums.length + included.length) * 14 + 40 > BOTTOM) doc.addPage();
  const put = ([label, value]: [string, string], font: string, size: number, color: string) => {
    const { y } = doc;
    doc.font(font).fontSize(size).fillColor(color);
    doc.text(latin(label), 200, y, { width: 238, align: 'right', lineBreak: true });
    const below = doc.y;
    doc.text(latin(value), 442, y, { width: RIGHT - 442, align: 'right' });
    doc.y = Math.max(below, doc.y) + 4;
  };
  doc.y += 6;
  for (const sum of sums) put(sum, 'Helvetica', 9, 'black');
  doc.y += 4;
  put(total, 'Helvetica-Bold', 12, 'black');
  for (const tax of included) put(tax, 'Helvetica', 9, GREY);
}

/** At the foot of each page, once it is known how many there are. */
function numberPages(doc: Doc, title: string): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(page);
    // Text below the margin would begin a page.
    doc.page.margins.bottom = 0;
    const foot = `${title}, page ${page + 1} of ${count}`;
    doc.font('Helvetica').fontSize(8).fillColor(GREY);
    doc.text(foot, MARGIN, 842 - MARGIN, { width: RIGHT - MARGIN, align: 'center' });
  }
}
