import PDFDocument from 'pdfkit';
import type { DocumentContent, LabelledValue } from './document-content.ts';
import { toPrintable } from './runs.ts';
import { type TextStyle, Typesetter } from './typesetter.ts';

/** In points, on A4. */
const MARGIN_PT = 56;
const RIGHT_EDGE_PT = 595 - MARGIN_PT;
/** Above the number of the page. */
const BOTTOM_EDGE_PT = 842 - MARGIN_PT - 20;
/** Where each column begins and how wide it is. */
const COLUMNS_PT: readonly [left: number, width: number][] = [
  [MARGIN_PT, 230],
  [292, 46],
  [342, 72],
  [418, 40],
  [462, RIGHT_EDGE_PT - 462],
];
const LABEL_COLOR = '#6e6e73';
const LINE_COLOR = '#d2d2d7';
const CELL_STYLE: TextStyle = { size: 9 };

type Doc = InstanceType<typeof PDFDocument>;

/** What is drawn on, and the height at which the next part begins. */
interface Canvas {
  doc: Doc;
  type: Typesetter;
  y: number;
}

/** An invoice or a credit note on A4, in as many pages as it takes; the same bytes each time. */
export async function renderPdf(sheet: DocumentContent, compress = true): Promise<Buffer> {
  const { title, issuedAt: CreationDate } = sheet;
  const Author = toPrintable(sheet.seller[0] ?? '');
  const info = { Title: title, Author, Creator: Author, Producer: Author, CreationDate };
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN_PT, compress, info, lang: 'en', bufferPages: true });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
  const pages: Canvas = { doc, type: new Typesetter(doc), y: MARGIN_PT };
  drawHead(pages, sheet);
  drawTable(pages, sheet);
  drawSums(pages, sheet);
  drawPageNumbers(pages, title);
  doc.end();
  return done;
}

function drawHead(pages: Canvas, { title, seller, buyer, facts }: DocumentContent): void {
  const { type } = pages;
  const [shop = '', ...address] = seller;
  let below = type.draw(shop, MARGIN_PT, MARGIN_PT, 260, { size: 12, bold: true, direction: 'auto' });
  below = drawLines(type, address, below);
  let beside = MARGIN_PT;
  for (const [label, value] of facts) {
    type.draw(label, 320, beside, 90, { size: 10, color: LABEL_COLOR });
    beside = type.draw(value, 400, beside, RIGHT_EDGE_PT - 400, { size: 10, align: 'right' });
  }
  // Where the window of an envelope is, unless the shop has a long address.
  below = drawLines(type, buyer, Math.max(150, below + 24));
  pages.y =
    type.draw(title, MARGIN_PT, Math.max(260, below + 24), RIGHT_EDGE_PT - MARGIN_PT, { size: 18, bold: true }) + 12;
}

const drawLines = (type: Typesetter, texts: readonly string[], y: number) =>
  texts.reduce((top, text) => type.draw(text, MARGIN_PT, top, 260, { size: 10, direction: 'auto' }), y);

function drawTable(pages: Canvas, { columns, rows }: DocumentContent): void {
  drawRow(pages, columns, LABEL_COLOR);
  for (const cells of rows) {
    if (pages.y + rowHeight(pages, cells) > BOTTOM_EDGE_PT) {
      beginPage(pages);
      drawRow(pages, columns, LABEL_COLOR);
    }
    drawRow(pages, cells, 'black');
  }
}

function beginPage(pages: Canvas): void {
  pages.doc.addPage();
  pages.y = MARGIN_PT;
}

function rowHeight({ type }: Canvas, cells: readonly string[]): number {
  return Math.max(...cells.map((cell, index) => type.heightOf(cell, COLUMNS_PT[index]?.[1] ?? 0, CELL_STYLE))) + 10;
}

function drawRow(pages: Canvas, cells: readonly string[], color: string): void {
  const below = pages.y + rowHeight(pages, cells);
  for (const [index, cell] of cells.entries()) {
    const [left, width] = COLUMNS_PT[index] ?? [MARGIN_PT, 0];
    pages.type.draw(cell, left, pages.y, width, { ...CELL_STYLE, color, align: index === 0 ? 'left' : 'right' });
  }
  const y = below - 6;
  pages.doc.moveTo(MARGIN_PT, y).lineTo(RIGHT_EDGE_PT, y).lineWidth(0.5).strokeColor(LINE_COLOR).stroke();
  pages.y = below;
}

function drawSums(pages: Canvas, { sums, total, included, notes }: DocumentContent): void {
  if (pages.y + (sums.length + included.length + notes.length) * 16 + 40 > BOTTOM_EDGE_PT) beginPage(pages);
  const put = ([label, value]: LabelledValue, style: TextStyle) => {
    const below = pages.type.draw(label, 180, pages.y, 250, { ...style, align: 'right' });
    const beside = pages.type.draw(value, 434, pages.y, RIGHT_EDGE_PT - 434, { ...style, align: 'right' });
    pages.y = Math.max(below, beside) + 3;
  };
  pages.y += 6;
  for (const sum of sums) put(sum, CELL_STYLE);
  pages.y += 4;
  put(total, { size: 12, bold: true });
  for (const tax of included) put(tax, { ...CELL_STYLE, color: LABEL_COLOR });
  pages.y += 12;
  for (const note of notes) pages.y = pages.type.draw(note, MARGIN_PT, pages.y, RIGHT_EDGE_PT - MARGIN_PT, CELL_STYLE);
}

/** At the foot of each page, once it is known how many there are. */
function drawPageNumbers({ doc, type }: Canvas, title: string): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(page);
    // Text below the margin would begin a page.
    doc.page.margins.bottom = 0;
    const foot = `${title}, page ${page + 1} of ${count}`;
    type.draw(foot, MARGIN_PT, 842 - MARGIN_PT, RIGHT_EDGE_PT - MARGIN_PT, {
      size: 8,
      color: LABEL_COLOR,
      align: 'center',
    });
  }
}
