import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { escapeLineBreaks, hasUnescapedLineBreak } from '../../lib/files/unicode.ts';

const TAIL_BLOCK_BYTES = 64 * 1024;

/**
 * Makes a data file readable for NeDB: removes an incomplete last line, which a killed process may leave, and escapes line
 * breaks inside of documents, which earlier versions wrote unescaped. An intact file is not written.
 */
export async function repairDataFile(file: string): Promise<void> {
  const exists = await cutTornLine(file);
  if (exists && (await hasLineBreaks(file))) await rewriteEscaped(file);
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

/** Writes a copy and renames it, so that a killed process leaves the old file. */
async function rewriteEscaped(file: string): Promise<void> {
  const copy = `${file}.repaired`;
  try {
    await pipeline(
      createReadStream(file, 'utf8'),
      async function* (texts: AsyncIterable<string>) {
        for await (const text of texts) yield escapeLineBreaks(text);
      },
      createWriteStream(copy, { flush: true }),
    );
    await rename(copy, file);
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}
