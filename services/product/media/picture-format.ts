/** Accepted formats of uploads. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

const PNG_START = Buffer.from('89504e470d0a1a0a', 'hex');
/** The last chunk of a PNG: length zero, name IEND, checksum (https://www.w3.org/TR/png-3/#11IEND). */
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');
const JPEG_START = Buffer.from('ffd8ff', 'hex');
const JPEG_END = Buffer.from('ffd9', 'hex');

/**
 * The format of a file by its first and last bytes; undefined for another format, and for a file with bytes after the
 * end of the picture: such polyglot files are a picture to one program and a page or an archive to another.
 */
export function detectFormat(content: Buffer): PictureFormat | undefined {
  if (startsWith(content, PNG_START)) return pngEnd(content) === content.length ? 'png' : undefined;
  if (startsWith(content, JPEG_START)) return endsWith(content, JPEG_END) ? 'jpeg' : undefined;
  // https://developers.google.com/speed/webp/docs/riff_container
  const isWebp = content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP';
  return isWebp && content.readUInt32LE(4) + 8 === content.length ? 'webp' : undefined;
}

const startsWith = (content: Buffer, start: Buffer) => content.subarray(0, start.length).equals(start);
const endsWith = (content: Buffer, end: Buffer) => content.subarray(-end.length).equals(end);

/** Offset behind the IEND chunk; -1 without one. A chunk has length, name, data and checksum. */
function pngEnd(content: Buffer): number {
  for (let at = PNG_START.length; at + 12 <= content.length; ) {
    const next = at + 12 + content.readUInt32BE(at);
    if (content.subarray(at, next).equals(PNG_END)) return next;
    at = next;
  }
  return -1;
}
