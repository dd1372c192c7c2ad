import { checked, type FileRecord, LONGEST_LINE, rowKeyOf } from './row.ts';

const NEWLINE = 10;
const BOM = /^\uFEFF/;

/** The lines of a file of JSON Lines (https://jsonlines.org): one object a line, in UTF-8. Blank lines are left out. */
export async function* jsonlRecords(content: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for await (const { line, bytes } of lines(content)) {
    const record = bytes
      ? recordOf(line, bytes, decoder)
      : refused(line, `A line may have ${LONGEST_LINE / 1024} KiB.`);
    if (record) yield record;
  }
}

function recordOf(line: number, bytes: Buffer, decoder: TextDecoder): FileRecord | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refused(line, 'This is not UTF-8.');
  }
  if (line === 1) text = text.replace(BOM, '');
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused(line, 'This is not JSON.');
  }
  const { slug, variants } = Object(value) as { slug?: unknown; variants?: unknown };
  const skus = (Array.isArray(variants) ? variants : []).map((variant): unknown => Object(variant).sku);
  return {
    ...{ line, key: rowKeyOf(slug, skus[0]), size: bytes.length },
    skus: skus.filter((sku) => typeof sku === 'string'),
    check: () => checked(value),
  };
}

const refused = (line: number, wrong: string): FileRecord => ({
  line,
  key: undefined,
  skus: [],
  size: 0,
  check: () => ({ wrong }),
});

/** The lines of a file; without `bytes` one that is too long, of which no more is kept than that. */
async function* lines(content: AsyncIterable<Buffer>): AsyncGenerator<{ line: number; bytes?: Buffer }> {
  let [line, parts, size]: [number, Buffer[], number] = [1, [], 0];
  const take = (part: Buffer) => {
    size += part.length;
    if (size > LONGEST_LINE) parts = [];
    else parts.push(part);
  };
  const end = () => {
    const found = { line, ...(size > LONGEST_LINE ? {} : { bytes: Buffer.concat(parts) }) };
    [line, parts, size] = [line + 1, [], 0];
    return found;
  };
  for await (const chunk of content) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      yield end();
    }
    take(chunk.subarray(from));
  }
  if (size > 0) yield end();
}
