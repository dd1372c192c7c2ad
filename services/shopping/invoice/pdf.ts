import PDFDocument from 'pdfkit';
import type { DocumentContent, LabelledValue } from './document-content.ts';
import { toPrintable } from './runs.ts';
import { type TextStyle, Typesetter } from './typesetter.ts';

const A4_WIDTH_PT = 595;
const A4_HEIGHT_PT = 842;
const MARGIN_PT = 56;
const RIGHT_EDGE_PT = A4_WIDTH_PT - MARGIN_PT;
/** Leaves room for the page number below. */
const BOTTOM_EDGE_PT = A4_HEIGHT_PT - MARGIN_PT - 20;
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

/** The document that is drawn on, and the position from the top at which the next part begins. */
interface Canvas {
  doc: Doc;
  typesetter: Typesetter;
  y: number;
}

/** An invoice or a credit note as a PDF on A4. The bytes are the same each time. */
export async function renderPdf(content: DocumentContent, compress = true): Promise<Buffer> {
  const { title, issuedAt: CreationDate } = content;
  const Author = toPrintable(content.seller[0] ?? '');
  const info = { Title: title, Author, Creator: Author, Producer: Author, CreationDate };
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN_PT, compress, info, lang: 'en', bufferPages: true });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
  const canvas: Canvas = { doc, typesetter: new Typesetter(doc), y: MARGIN_PT };
  drawHead(canvas, content);
  drawTable(canvas, content);
  drawSums(canvas, content);
  drawPageNumbers(canvas, title);
  doc.end();
  return done;
}

function drawHead(canvas: Canvas, { title, seller, buyer, facts }: DocumentContent): void {
  const { typesetter } = canvas;
  const [shop = '', ...address] = seller;
  let leftY = typesetter.draw(shop, MARGIN_PT, MARGIN_PT, 260, { size: 12, bold: true, direction: 'auto' });
  leftY = drawLines(typesetter, address, leftY);
  let rightY = MARGIN_PT;
  for (const [label, value] of facts) {
    typesetter.draw(label, 320, rightY, 90, { size: 10, color: LABEL_COLOR });
    rightY = typesetter.draw(value, 400, rightY, RIGHT_EDGE_PT - 400, { size: 10, align: 'right' });
  }
  // In the window of an envelope, unless the shop has a long address.
  leftY = drawLines(typesetter, buyer, Math.max(150, leftY + 24));
  canvas.y =
    typesetter.draw(title, MARGIN_PT, Math.max(260, leftY + 24), RIGHT_EDGE_PT - MARGIN_PT, { size: 18, bold: true }) +
    12;
}

const drawLines = (typesetter: Typesetter, texts: readonly string[], y: number) =>
  texts.reduce((top, text) => typesetter.draw(text, MARGIN_PT, top, 260, { size: 10, direction: 'auto' }), y);

function drawTable(canvas: Canvas, { columns, rows }: DocumentContent): void {
  drawRow(canvas, columns, LABEL_COLOR);
  for (const cells of rows) {
    if (canvas.y + rowHeight(canvas, cells) > BOTTOM_EDGE_PT) {
      beginPage(canvas);
      drawRow(canvas, columns, LABEL_COLOR);
    }
    drawRow(canvas, cells, 'black');
  }
}

function beginPage(canvas: Canvas): void {
  canvas.doc.addPage();
  canvas.y = MARGIN_PT;
}

function rowHeight({ typesetter }: Canvas, cells: readonly string[]): number {
  return (
    Math.max(...cells.map((cell, index) => typesetter.heightOf(cell, COLUMNS_PT[index]?.[1] ?? 0, CELL_STYLE))) + 10
  );
}

function drawRow(canvas: Canvas, cells: readonly string[], color: string): void {
  const bottom = canvas.y + rowHeight(canvas, cells);
  for (const [index, cell] of cells.entries()) {
    const [left, width] = COLUMNS_PT[index] ?? [MARGIN_PT, 0];
    canvas.typesetter.draw(cell, left, canvas.y, width, {
      ...CELL_STYLE,
      color,
      align: index === 0 ? 'left' : 'right',
    });
  }
  const y = bottom - 6;
  canvas.doc.moveTo(MARGIN_PT, y).lineTo(RIGHT_EDGE_PT, y).lineWidth(0.5).strokeColor(LINE_COLOR).stroke();
  canvas.y = bottom;
}

function drawSums(canvas: Canvas, { sums, total, included, notes }: DocumentContent): void {
  if (canvas.y + (sums.length + included.length + notes.length) * 16 + 40 > BOTTOM_EDGE_PT) beginPage(canvas);
  const drawSum = ([label, value]: LabelledValue, style: TextStyle) => {
    const labelEnd = canvas.typesetter.draw(label, 180, canvas.y, 250, { ...style, align: 'right' });
    const valueEnd = canvas.typesetter.draw(value, 434, canvas.y, RIGHT_EDGE_PT - 434, { ...style, align: 'right' });
    canvas.y = Math.max(labelEnd, valueEnd) + 3;
  };
  canvas.y += 6;
  for (const sum of sums) drawSum(sum, CELL_STYLE);
  canvas.y += 4;
  drawSum(total, { size: 12, bold: true });
  for (const tax of included) drawSum(tax, { ...CELL_STYLE, color: LABEL_COLOR });
  canvas.y += 12;
  for (const note of notes)
    canvas.y = canvas.typesetter.draw(note, MARGIN_PT, canvas.y, RIGHT_EDGE_PT - MARGIN_PT, CELL_STYLE);
}

/** Numbers the pages at the end, when their count is known. */
function drawPageNumbers({ doc, typesetter }: Canvas, title: string): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(page);
    // Text below the margin would begin a new page.
    doc.page.margins.bottom = 0;
    const foot = `${title}, page ${page + 1} of ${count}`;
    typesetter.draw(foot, MARGIN_PT, A4_HEIGHT_PT - MARGIN_PT, RIGHT_EDGE_PT - MARGIN_PT, {
      size: 8,
      color: LABEL_COLOR,
      align: 'center',
    });
  }
}
