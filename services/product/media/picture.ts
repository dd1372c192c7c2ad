import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Sharp } from 'sharp';
import type { Blobs } from '../../../lib/files/blobs.ts';
import { errors } from '../../shared/problems.ts';
import type { Image } from './image.ts';
import { detectFormat, type PictureFormat } from './picture-format.ts';

/** Of an upload. */
export const MAX_PICTURE_BYTES = 10 * 1024 ** 2;
/** Of the decoded picture. */
const MAX_PIXELS = 40_000_000;
/** The limit of WebP, per side. */
const MAX_SIDE_PX = 16_383;

const WIDTHS_PX = [320, 640, 1280];
const MAX_WIDTH_PX = 2560;
const WEBP_QUALITY = 82;
/** Processor time for one picture. */
const ENCODING_TIMEOUT_S = 20;

let sharpLoader: Promise<(content: Buffer) => Sharp> | undefined;
/** libvips takes 26 MB, so the first picture loads it, which blocks the event loop for about 35 ms. */
const loadSharp = () => {
  sharpLoader ??= import('sharp').then(({ default: sharp }) => {
    // The action limits concurrent pictures (`concurrency`); each uses one thread beside the event loop.
    sharp.concurrency(1);
    sharp.cache(false);
    return (content: Buffer) => sharp(content, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true });
  });
  return sharpLoader;
};

/** The blob name of a picture in one width. */
export const pictureFile = (id: string, width: number): string => `image/${id}/${width}.webp`;

/** Reads a body into memory. Its size is limited by the gateway. */
export async function readBody(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Stores a picture in all its widths, as WebP without metadata, rotated to its display orientation. The name is a hash
 * of the content, so the same picture is stored once.
 * @throws picture-refused for a file that is not a complete PNG, JPEG or WebP, or is too large to decode
 */
export async function storePicture(content: Buffer, blobs: Blobs): Promise<Omit<Image, 'alt'>> {
  const format = detectFormat(content);
  if (!format) throw errors.pictureRefused('It is not a complete PNG, JPEG or WebP, or has other data behind its end.');
  const open = await loadSharp();
  const { width, height } = await sizeOf(open(content), format);
  const id = createHash('sha256').update(content).digest('base64url');
  const widths = widthsOf(width);
  // The largest width is stored last: if it exists, all exist.
  if (await blobs.has(pictureFile(id, widths.at(-1) ?? width))) return { id, width, height, widths };
  for (const each of widths) {
    const picture = open(content).autoOrient().resize({ width: each, withoutEnlargement: true });
    await blobs.put(pictureFile(id, each), await encode(picture));
  }
  return { id, width, height, widths };
}

/** Widths to store, ascending; none exceeds the width of the picture. */
function widthsOf(width: number): number[] {
  return [...WIDTHS_PX.filter((each) => each < width), Math.min(width, MAX_WIDTH_PX)];
}

/** Size after rotation by the EXIF orientation. */
async function sizeOf(picture: Sharp, format: PictureFormat): Promise<{ width: number; height: number }> {
  const found = await picture.metadata().catch(refusePicture);
  if (found.format !== format) throw errors.pictureRefused(`It begins like ${format}, but is not.`);
  if ((found.pages ?? 1) > 1) throw errors.pictureRefused('Animated pictures are not accepted.');
  const { width, height } = found.autoOrient;
  if (width > MAX_SIDE_PX || height > MAX_SIDE_PX) {
    throw errors.pictureRefused(`It is longer than ${MAX_SIDE_PX} pixels.`);
  }
  return { width, height };
}

const encode = (picture: Sharp): Promise<Buffer> =>
  picture.webp({ quality: WEBP_QUALITY }).timeout({ seconds: ENCODING_TIMEOUT_S }).toBuffer().catch(refusePicture);

/** The library's own message is not passed on: it may reveal details of the machine. */
function refusePicture(error: unknown): never {
  const isBomb = error instanceof Error && /pixel limit/i.test(error.message);
  throw errors.pictureRefused(isBomb ? 'It has more than 40 million pixels.' : 'It is damaged.');
}
