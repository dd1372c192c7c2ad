import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { escapeLineBreaks, hasUnescapedLineBreak } from '../../lib/files/unicode.ts';

const TAIL_BLOCK_BYTES = 64 * 1024;

/**
 * Makes a data file readable for NeDB: cuts a last line that was being written when the process died, and escapes line
 * breaks inside of documents, which earlier versions of the shop wrote unescaped. A file in order is not written.
 */
export async function repairDataFile(file: string): Promise<void> {
  const exists = await cutTornLine(file);
  if (exists && (await hasLineBreaks(file))) await rewriteEscaped(file);
}

/** Nobody was told of a last line without its end, and NeDB would refuse the file. @returns whether there is a file */
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
  // Decoded by the stream, which keeps a character that lies across two chunks whole.
  for await (const text of createReadStream(file, 'utf8')) if (hasUnescapedLineBreak(text)) return true;
  return false;
}

/** The old file stays until the new one is whole, also when the process dies meanwhile. */
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
