import { checkRecord, type FileRecord, MAX_LINE_BYTES, recordKeyOf } from './row.ts';

const NEWLINE = 10;
const BOM = /^\uFEFF/;

/** The records of a JSON Lines file (https://jsonlines.org) in UTF-8: one object per line. Blank lines are skipped. */
export async function* jsonlRecords(content: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for await (const { line, bytes } of readLines(content)) {
    const record = bytes
      ? recordOf(line, bytes, decoder)
      : refusedRecord(line, `A line may have at most ${MAX_LINE_BYTES / 1024} KiB.`);
    if (record) yield record;
  }
}

function recordOf(line: number, bytes: Buffer, decoder: TextDecoder): FileRecord | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refusedRecord(line, 'The line is not valid UTF-8.');
  }
  if (line === 1) text = text.replace(BOM, '');
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refusedRecord(line, 'The line is not valid JSON.');
  }
  const { slug, variants } = Object(value) as { slug?: unknown; variants?: unknown };
  const skus = (Array.isArray(variants) ? variants : []).map((variant): unknown => Object(variant).sku);
  return {
    ...{ line, key: recordKeyOf(slug, skus[0]), size: bytes.length },
    skus: skus.filter((sku) => typeof sku === 'string'),
    check: () => checkRecord(value),
  };
}

const refusedRecord = (line: number, detail: string): FileRecord => ({
  line,
  key: undefined,
  skus: [],
  size: 0,
  check: () => ({ detail }),
});

/** The lines of a file; a line that is too long has no `bytes`, and is not kept in memory. */
async function* readLines(content: AsyncIterable<Buffer>): AsyncGenerator<{ line: number; bytes?: Buffer }> {
  let [line, parts, size]: [number, Buffer[], number] = [1, [], 0];
  const append = (part: Buffer) => {
    size += part.length;
    if (size > MAX_LINE_BYTES) parts = [];
    else parts.push(part);
  };
  const endLine = () => {
    const found = { line, ...(size > MAX_LINE_BYTES ? {} : { bytes: Buffer.concat(parts) }) };
    [line, parts, size] = [line + 1, [], 0];
    return found;
  };
  for await (const chunk of content) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      append(chunk.subarray(from, at));
      from = at + 1;
      yield endLine();
    }
    append(chunk.subarray(from));
  }
  if (size > 0) yield endLine();
}
