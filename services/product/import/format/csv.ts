import { type CsvError, parse } from 'csv-parse';
import { cellsOf, columnIn, inputOf, isColumn, isOfProduct, isOfVariant } from './columns.ts';
import { BrokenFile, type CheckedRow, checked, type FileRecord, LONGEST_LINE, rowKeyOf } from './row.ts';

/** Of a cell, besides what is in it, in bytes. */
const CELL_SIZE = 32;

interface Parsed {
  record: string[];
  blankLines: number;
  /** So far. */
  isUtf8: boolean;
}

/**
 * The rows of a CSV file (RFC 4180), in UTF-8: each of a variant, of a product, or of both. Rows that are blank in every
 * column are left out.
 * @throws {BrokenFile} where the rest cannot be told apart: a header that is none, or a quote that never ends
 */
export async function* csvRecords(content: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  let columns: string[] | undefined;
  let [next, blank] = [1, 0];
  for await (const { record, blankLines, isUtf8 } of records(content)) {
    // The parser's own count takes a line end of two characters inside of a cell for two.
    const line = next + blankLines - blank;
    [next, blank] = [line + record.join('').split(/\r\n|\r|\n/).length, blankLines];
    if (!columns) columns = headerOf(record);
    else if (record.some((cell) => cell !== '')) yield recordOf(line, record, columns, isUtf8);
  }
  if (!columns) throw new BrokenFile('The file has no header.');
}

function recordOf(line: number, record: readonly string[], columns: readonly string[], isUtf8: boolean): FileRecord {
  const cells = cellsOf(columns, record);
  const size = record.reduce((sum, cell) => sum + cell.length + CELL_SIZE, 0);
  const check = (): CheckedRow => {
    if (record.length !== columns.length) {
      return { wrong: `The row has ${record.length} cells, the header ${columns.length}.` };
    }
    // What a decoder puts where there were no such characters.
    if (!isUtf8 && record.some((cell) => cell.includes('\uFFFD'))) return { wrong: 'This is not UTF-8.' };
    return checked(inputOf(cells));
  };
  const sku = cells.get('sku') ?? '';
  return { line, key: rowKeyOf(cells.get('slug'), sku), skus: sku === '' ? [] : [sku], size, check };
}

/**
 * Each row of a file, with how many blank lines were above it. The parser is fed by hand, and each row taken from it at
 * once: a stream that fails would drop those that it has read before.
 */
async function* records(content: AsyncIterable<Buffer>): AsyncGenerator<Parsed> {
  let found: Parsed[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let isUtf8 = true;
  const parser = parse({
    bom: true,
    relax_column_count: true,
    // A quote inside of a cell that has none around it is a quote.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_LINE,
    on_record(record: string[], { empty_lines: blankLines }) {
      found.push({ record, blankLines, isUtf8 });
      return null;
    },
  });
  parser.on('error', () => {}); // told to whoever feeds it
  parser.resume();
  const fed = async (feed: (done: (error?: Error | null) => void) => void) => {
    const error = await new Promise<Error | null | undefined>(feed);
    const rows = found;
    found = [];
    return { rows, error };
  };
  for await (const chunk of content) {
    isUtf8 &&= canDecode(decoder, chunk);
    const { rows, error } = await fed((done) => parser.write(chunk, done));
    yield* rows;
    if (error) throw brokenBy(error);
  }
  const { rows, error } = await fed((done) => parser.end(done));
  yield* rows;
  if (error) throw brokenBy(error);
}

function headerOf(record: readonly string[]): string[] {
  const columns = record.map(columnIn);
  const unknown = columns.find((name) => !isColumn(name));
  if (unknown !== undefined)
    throw new BrokenFile(`The column ${JSON.stringify(unknown.slice(0, 100))} is not known here.`);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new BrokenFile(`The column ${twice} is there twice.`);
  if (!columns.includes('slug') && !columns.includes('sku')) {
    throw new BrokenFile('One of these columns is needed: slug, sku.');
  }
  const nameless = columns.includes('slug') ? undefined : columns.find(isOfProduct);
  if (nameless !== undefined) {
    throw new BrokenFile(`${nameless} is of a product, which is known by its slug: the column slug is missing.`);
  }
  const ofNone = columns.includes('sku') ? undefined : columns.find(isOfVariant);
  if (ofNone !== undefined) {
    throw new BrokenFile(`${ofNone} is of a variant, which is known by its SKU: the column sku is missing.`);
  }
  return columns;
}

function canDecode(decoder: TextDecoder, chunk: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function brokenBy(error: unknown): unknown {
  const { code, lines } = error as Partial<CsvError> & { lines?: number };
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new BrokenFile(`From line ${lines} on the file cannot be read: a row is too long, or a quote never ends.`);
  }
  return code === 'CSV_QUOTE_NOT_CLOSED'
    ? new BrokenFile(`A quote that begins before line ${lines} never ends.`)
    : error;
}
