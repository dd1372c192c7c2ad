import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncFolder } from '../../lib/files/sync-folder.ts';
import { escapeLineBreaks, hasUnescapedLineBreak } from '../../lib/files/unicode.ts';
import type { LinePosition } from './data-file.ts';
import { type PackedDocument, type PackedDocuments, parseLine, type Stored } from './packed-documents.ts';

const TAIL_BLOCK_BYTES = 64 * 1024;
/** In characters. */
const WRITE_BLOCK_LENGTH = 64 * 1024;
const READ_BLOCK_BYTES = 256 * 1024;
const MAX_QUOTED_LENGTH = 40;
const LINE_FEED = 0x0a;

/** Options of NeDB's indexes by field. */
export type StoredIndexes = Record<string, object>;

/**
 * Makes a data file readable for NeDB: removes an incomplete last line, which a killed process may leave, and escapes line
 * breaks inside of documents, which earlier versions wrote unescaped. An intact file is not written.
 */
export async function repairDataFile(file: string): Promise<void> {
  const exists = await cutTornLine(file);
  if (exists && (await hasLineBreaks(file))) await rewrite(file, escaped(createReadStream(file, 'utf8')));
}

/**
 * Removes an incomplete last line: NeDB would refuse the file, and the change was never acknowledged.
 * @returns whether the file exists
 */
async function cutTornLine(file: string): Promise<boolean> {
  const handle = await open(file, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    const end = await endOfLastLine(handle, size);
    if (end < size) await handle.truncate(end);
  } finally {
    await handle.close();
  }
  return true;
}

/** The offset behind the last line feed. */
async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(TAIL_BLOCK_BYTES);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - TAIL_BLOCK_BYTES);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf('\n');
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

async function hasLineBreaks(file: string): Promise<boolean> {
  // The stream decodes, as a character may lie across two chunks.
  for await (const text of createReadStream(file, 'utf8')) if (hasUnescapedLineBreak(text)) return true;
  return false;
}

async function* escaped(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield escapeLineBreaks(text);
}

/** Replaces the file by one of these lines. Resolves to their positions. */
export async function replaceFile(file: string, lines: Iterable<string>): Promise<LinePosition[]> {
  const positions: LinePosition[] = [];
  await rewrite(file, blocksOf(lines, positions));
  return positions;
}

/** Joins lines, as a stream takes as long for a short text as for a long one. */
function* blocksOf(lines: Iterable<string>, positions: LinePosition[]): Generator<string> {
  let block = '';
  let at = 0;
  for (const line of lines) {
    const length = Buffer.byteLength(line);
    positions.push({ at, length });
    at += length + 1;
    block += `${line}\n`;
    if (block.length < WRITE_BLOCK_LENGTH) continue;
    yield block;
    block = '';
  }
  yield block;
}

/** Writes a copy and renames it, so that a killed process leaves the old file. */
async function rewrite(file: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const copy = `${file}.repaired`;
  try {
    await pipeline(texts, createWriteStream(copy, { flush: true }));
    await rename(copy, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}

/** The newest version of each document of a data file, and the indexes. @throws for a line that is no JSON */
export async function readPacked(
  file: string,
  packing: PackedDocuments,
): Promise<{ data: PackedDocument[]; indexes: StoredIndexes }> {
  const docs = new Map<string, PackedDocument>();
  const indexes: StoredIndexes = {};
  for await (const { line, position } of linesOf(createReadStream(file, { highWaterMark: READ_BLOCK_BYTES }))) {
    const entry = readLine(line);
    const { _id: id, $$indexCreated: created, $$indexRemoved: removed } = entry;
    if (entry.$$deleted === true) docs.delete(id);
    else if (id) docs.set(id, packing.packWritten(entry, position));
    else if (isNamed(created)) indexes[created.fieldName] = created;
    else if (typeof removed === 'string') delete indexes[removed];
  }
  return { data: [...docs.values()], indexes };
}

function readLine(line: string): Stored {
  try {
    return parseLine(line);
  } catch (error) {
    throw new Error(`the line ${JSON.stringify(line.slice(0, MAX_QUOTED_LENGTH))} … is corrupt`, { cause: error });
  }
}

async function* linesOf(blocks: AsyncIterable<Buffer>): AsyncGenerator<{ line: string; position: LinePosition }> {
  let rest = Buffer.alloc(0);
  let at = 0;
  for await (const block of blocks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, block]) : block;
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const length = end - start;
      if (length > 0) yield { line: bytes.toString('utf8', start, end), position: { at: at + start, length } };
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    at += start;
  }
}

const isNamed = (index: unknown): index is { fieldName: string } =>
  typeof index === 'object' && index !== null && 'fieldName' in index && typeof index.fieldName === 'string';
