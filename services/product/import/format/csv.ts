import { type CsvError, parse } from 'csv-parse';
import { cellsOf, columnOf, isColumn, isProductColumn, isVariantColumn, recordInput } from './columns.ts';
import { BrokenFile, type CheckedRow, checkRecord, type FileRecord, MAX_LINE_BYTES, recordKeyOf } from './row.ts';

/** Memory of a cell beside its content. */
const CELL_OVERHEAD_BYTES = 32;

interface ParsedRow {
  record: string[];
  blankLines: number;
  /** Whether the file was valid UTF-8 up to this row. */
  isUtf8: boolean;
}

/**
 * The rows of a CSV file (RFC 4180) in UTF-8. A row has the columns of a variant, of a product, or of both. Blank rows
 * are skipped.
 * @throws {BrokenFile} where the rest cannot be parsed: for an invalid header, or a quote without an end
 */
export async function* csvRecords(content: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  let columns: string[] | undefined;
  let [next, blank] = [1, 0];
  for await (const { record, blankLines, isUtf8 } of parseRows(content)) {
    // Counted here: csv-parse counts a CRLF inside a cell as two lines.
    const line = next + blankLines - blank;
    [next, blank] = [line + record.join('').split(/\r\n|\r|\n/).length, blankLines];
    if (!columns) columns = parseHeader(record);
    else if (record.some((cell) => cell !== '')) yield recordOf(line, record, columns, isUtf8);
  }
  if (!columns) throw new BrokenFile('The file has no header.');
}

function recordOf(line: number, record: readonly string[], columns: readonly string[], isUtf8: boolean): FileRecord {
  const cells = cellsOf(columns, record);
  const size = record.reduce((sum, cell) => sum + cell.length + CELL_OVERHEAD_BYTES, 0);
  const check = (): CheckedRow => {
    if (record.length !== columns.length) {
      return { detail: `The row has ${record.length} cells, the header ${columns.length}.` };
    }
    // The decoder puts U+FFFD in place of invalid bytes.
    if (!isUtf8 && record.some((cell) => cell.includes('\uFFFD'))) return { detail: 'The row is not valid UTF-8.' };
    return checkRecord(recordInput(cells));
  };
  const sku = cells.get('sku') ?? '';
  return { line, key: recordKeyOf(cells.get('slug'), sku), skus: sku === '' ? [] : [sku], size, check };
}

/**
 * Parses the rows of a file; `blankLines` counts all blank lines so far. Chunks are written by hand, and rows collected
 * after each: a piped stream that fails would drop the rows before the failure.
 */
async function* parseRows(content: AsyncIterable<Buffer>): AsyncGenerator<ParsedRow> {
  let found: ParsedRow[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let isUtf8 = true;
  const parser = parse({
    bom: true,
    relax_column_count: true,
    // A quote inside an unquoted cell is an ordinary character.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
    on_record(record: string[], { empty_lines: blankLines }) {
      found.push({ record, blankLines, isUtf8 });
      return null;
    },
  });
  parser.on('error', () => {}); // `write` and `end` pass it to their callback
  parser.resume();
  const feedParser = async (feed: (done: (error?: Error | null) => void) => void) => {
    const error = await new Promise<Error | null | undefined>(feed);
    const rows = found;
    found = [];
    return { rows, error };
  };
  for await (const chunk of content) {
    isUtf8 &&= canDecode(decoder, chunk);
    const { rows, error } = await feedParser((done) => parser.write(chunk, done));
    yield* rows;
    if (error) throw parseErrorOf(error);
  }
  const { rows, error } = await feedParser((done) => parser.end(done));
  yield* rows;
  if (error) throw parseErrorOf(error);
}

function parseHeader(record: readonly string[]): string[] {
  const columns = record.map(columnOf);
  const unknown = columns.find((name) => !isColumn(name));
  if (unknown !== undefined)
    throw new BrokenFile(`The column ${JSON.stringify(unknown.slice(0, 100))} is not known here.`);
  const duplicate = columns.find((name, at) => columns.indexOf(name) !== at);
  if (duplicate !== undefined) throw new BrokenFile(`The column ${duplicate} occurs twice.`);
  if (!columns.includes('slug') && !columns.includes('sku')) {
    throw new BrokenFile('The file needs one of the columns slug and sku.');
  }
  const withoutSlug = columns.includes('slug') ? undefined : columns.find(isProductColumn);
  if (withoutSlug !== undefined) {
    throw new BrokenFile(`${withoutSlug} is a product column, so the file needs the column slug.`);
  }
  const withoutSku = columns.includes('sku') ? undefined : columns.find(isVariantColumn);
  if (withoutSku !== undefined) {
    throw new BrokenFile(`${withoutSku} is a variant column, so the file needs the column sku.`);
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

function parseErrorOf(error: unknown): unknown {
  const { code, lines } = error as Partial<CsvError> & { lines?: number };
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new BrokenFile(`The file cannot be read from line ${lines}: a row is too long, or a quote has no end.`);
  }
  return code === 'CSV_QUOTE_NOT_CLOSED'
    ? new BrokenFile(`A quote that begins before line ${lines} has no end.`)
    : error;
}
