/** What pictures may come as. */
export type Format = 'png' | 'jpeg' | 'webp';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
/** A PNG's last chunk: no data, its name, its checksum (https://www.w3.org/TR/png-3/#11IEND). */
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');
const JPEG = Buffer.from('ffd8ff', 'hex');
const JPEG_END = Buffer.from('ffd9', 'hex');

/**
 * What a file is by its own bytes, first and last; undefined when it is none of ours, or something else follows behind
 * the picture's end, as in files that are a picture to one program and a page or an archive to another.
 */
export function formatOf(content: Buffer): Format | undefined {
  if (startsWith(content, PNG)) return pngEnd(content) === content.length ? 'png' : undefined;
  if (startsWith(content, JPEG)) return endsWith(content, JPEG_END) ? 'jpeg' : undefined;
  // https://developers.google.com/speed/webp/docs/riff_container
  const isWebp = content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP';
  return isWebp && content.readUInt32LE(4) + 8 === content.length ? 'webp' : undefined;
}

const startsWith = (content: Buffer, start: Buffer) => content.subarray(0, start.length).equals(start);
const endsWith = (content: Buffer, end: Buffer) => content.subarray(-end.length).equals(end);

/** Where a PNG's chunks end: each has its length, its name, its data and a checksum. */
function pngEnd(content: Buffer): number {
  for (let at = PNG.length; at + 12 <= content.length; ) {
    const next = at + 12 + content.readUInt32BE(at);
    if (content.subarray(at, next).equals(PNG_END)) return next;
    at = next;
  }
  return -1;
}
