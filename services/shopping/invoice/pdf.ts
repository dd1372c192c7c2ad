import PDFDocument from 'pdfkit';
import type { Sheet } from './sheet.ts';

/** In points, on A4. */
const MARGIN = 56;
const RIGHT = 595 - MARGIN;
/** Where each column begins and how wide it is. */
const COLUMNS: readonly [left: number, width: number][] = [
  [MARGIN, 230],
  [292, 50],
  [346, 66],
  [416, 50],
  [470, RIGHT - 470],
];
const GREY = '#6e6e73';

/** An invoice on A4, in as many pages as it takes. */
export async function invoicePdf(sheet: Sheet, compress = true): Promise<Buffer> {
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN, compress, info: { Title: sheet.title } });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
  head(doc, sheet);
  table(doc, sheet);
  sums(doc, sheet);
  doc.end();
  return done;
}

type Doc = InstanceType<typeof PDFDocument>;

function head(doc: Doc, { title, seller, buyer, facts }: Sheet): void {
  doc
    .font('Helvetica')
    .fontSize(10)
    .fillColor('black')
    .text(latin(seller.join('\n')), MARGIN, MARGIN);
  for (const [index, [label, value]] of facts.entries()) {
    const y = MARGIN + index * 15;
    doc
      .fillColor(GREY)
      .text(label, 370, y)
      .fillColor('black')
      .text(latin(value), 420, y, { width: RIGHT - 420, align: 'right' });
  }
  doc.text(latin(buyer.join('\n')), MARGIN, 160);
  doc.font('Helvetica-Bold').fontSize(18).text(title, MARGIN, 270).moveDown(0.8);
}

function table(doc: Doc, { columns, rows }: Sheet): void {
  row(doc, columns, GREY);
  for (const cells of rows) row(doc, cells, 'black');
}

function row(doc: Doc, cells: readonly string[], color: string): void {
  doc.font('Helvetica').fontSize(9).fillColor(color);
  const widthOf = (index: number) => COLUMNS[index]?.[1] ?? 0;
  const height = Math.max(...cells.map((cell, index) => doc.heightOfString(latin(cell), { width: widthOf(index) })));
  if (doc.y + height > doc.page.height - MARGIN - 20) doc.addPage();
  const { y } = doc;
  for (const [index, cell] of cells.entries()) {
    const [left, width] = COLUMNS[index] ?? [MARGIN, 0];
    doc.text(latin(cell), left, y, { width, align: index === 0 ? 'left' : 'right' });
  }
  doc.y = y + height + 6;
  doc
    .moveTo(MARGIN, doc.y - 2)
    .lineTo(RIGHT, doc.y - 2)
    .lineWidth(0.5)
    .strokeColor('#d2d2d7')
    .stroke();
  doc.y += 4;
}

function sums(doc: Doc, { sums, total }: Sheet): void {
  if (doc.y + (sums.length + 2) * 16 > doc.page.height - MARGIN) doc.addPage();
  doc.moveDown(0.5);
  const line = ([label, value]: [string, string], font: string, size: number) => {
    const { y } = doc;
    doc.font(font).fontSize(size).fillColor('black');
    doc.text(latin(label), 220, y, { width: 230, align: 'right' });
    doc.text(latin(value), 455, y, { width: RIGHT - 455, align: 'right' });
    doc.y = y + size + 5;
  };
  for (const sum of sums) line(sum, 'Helvetica', 9);
  doc.moveDown(0.3);
  line(total, 'Helvetica-Bold', 12);
}

/** What the standard fonts of PDF can show: a letter that is not in their code page becomes the nearest, or `?`. */
function latin(text: string): string {
  const known = (letter: string) => /[\n\x20-\x7e\xa0-\xff€–—‘’“”•…]/.test(letter);
  return [...text].map((letter) => (known(letter) ? letter : plain(letter))).join('');
}

function plain(letter: string): string {
  const base = letter.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return /^[\x20-\x7e]+$/.test(base) ? base : '?';
}
