import { type CsvError, parse } from 'csv-parse';
import { type Cells, cellsOf, isColumn, isOfProduct, NEEDED, productFields, variantFields } from './columns.ts';
import { BrokenFile, checkedRow, LONGEST_LINE, type Row } from './row.ts';

/** Of one product. */
const MOST_VARIANTS = 200;

interface Parsed {
  record: string[];
  blankLines: number;
}

/** A product as far as its rows have been read. */
interface Group {
  line: number;
  slug: string;
  cells: Cells;
  variants: Record<string, unknown>[];
  wrong?: Row & { wrong: string };
}

/**
 * The products of a CSV file (RFC 4180), in UTF-8: one row for each variant, those of a product one behind the other.
 * @throws {BrokenFile} where the rest cannot be told apart: a header that is none, or a quote that never ends
 */
export async function* csvRows(content: AsyncIterable<Buffer>): AsyncGenerator<Row> {
  let columns: string[] | undefined;
  let group: Group | undefined;
  let [next, blank] = [1, 0];
  for await (const { record, blankLines } of records(content)) {
    // The parser's own count takes a line end of two characters inside of a cell for two.
    const line = next + blankLines - blank;
    [next, blank] = [line + record.join('').split(/\r\n|\r|\n/).length, blankLines];
    if (!columns) {
      columns = headerOf(record);
      continue;
    }
    const after = taken(group, line, record, columns);
    if (group && after !== group) yield rowOf(group);
    group = after;
  }
  // Not when the file breaks off: nobody knows whether the rest of this product would have followed.
  if (group) yield rowOf(group);
  if (!columns) throw new BrokenFile('The file has no header.');
}

/**
 * Each row of a file, with how many blank lines were above it. The parser is fed by hand, and each row taken from it at
 * once: a stream that fails would drop those that it has read before.
 */
async function* records(content: AsyncIterable<Buffer>): AsyncGenerator<Parsed> {
  let found: Parsed[] = [];
  const parser = parse({
    bom: true,
    relax_column_count: true,
    // A quote inside of a cell that has none around it is a quote.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_LINE,
    on_record(record: string[], { empty_lines: blankLines }) {
      found.push({ record, blankLines });
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
    const { rows, error } = await fed((done) => parser.write(chunk, done));
    yield* rows;
    if (error) throw brokenBy(error);
  }
  const { rows, error } = await fed((done) => parser.end(done));
  yield* rows;
  if (error) throw brokenBy(error);
}

function headerOf(record: readonly string[]): string[] {
  const columns = record.map((name) => name.trim());
  const unknown = columns.find((name) => !isColumn(name));
  if (unknown !== undefined)
    throw new BrokenFile(`The column ${JSON.stringify(unknown.slice(0, 100))} is not known here.`);
  const missing = NEEDED.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new BrokenFile(`These columns are missing: ${missing.join(', ')}.`);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new BrokenFile(`The column ${twice} is there twice.`);
  return columns;
}

/** The group that a row belongs to, with it: the one before it, or a new one. */
function taken(group: Group | undefined, line: number, record: readonly string[], columns: readonly string[]): Group {
  const cells = cellsOf(columns, record);
  const slug = cells.get('slug') ?? '';
  const wrong = wrongIn(group?.slug === slug ? group : undefined, line, record, columns, cells);
  if (group?.slug !== slug || slug === '') {
    return { line, slug, cells, variants: [variantFields(cells)], ...(wrong ? { wrong } : {}) };
  }
  if (wrong) group.wrong ??= wrong;
  // What is wrong is not gathered: a file of one endless product would fill the memory.
  if (!group.wrong) group.variants.push(variantFields(cells));
  return group;
}

function wrongIn(
  group: Group | undefined,
  line: number,
  record: readonly string[],
  columns: readonly string[],
  cells: Cells,
): (Row & { wrong: string }) | undefined {
  if (record.length !== columns.length) {
    return { line, wrong: `The row has ${record.length} cells, the header ${columns.length}.` };
  }
  // What a decoder puts where there were no such characters.
  if (record.some((cell) => cell.includes('\uFFFD'))) return { line, wrong: 'This is not UTF-8.' };
  if (!group) return undefined;
  if (group.variants.length >= MOST_VARIANTS) return { line, wrong: `A product may have ${MOST_VARIANTS} variants.` };
  const other = columns.find((name) => isOfProduct(name) && !['', group.cells.get(name)].includes(cells.get(name)));
  return other === undefined
    ? undefined
    : { line, wrong: `${other} is not what line ${group.line} says of this product.` };
}

const rowOf = ({ line, cells, variants, wrong }: Group): Row =>
  wrong ?? checkedRow(line, { ...productFields(cells), variants });

function brokenBy(error: unknown): unknown {
  const { code, lines } = error as Partial<CsvError> & { lines?: number };
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new BrokenFile(`From line ${lines} on the file cannot be read: a row is too long, or a quote never ends.`);
  }
  return code === 'CSV_QUOTE_NOT_CLOSED'
    ? new BrokenFile(`A quote that begins before line ${lines} never ends.`)
    : error;
}
