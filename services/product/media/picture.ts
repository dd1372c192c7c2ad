import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Sharp } from 'sharp';
import type { Blobs } from '../../../lib/files/blobs.ts';
import { errors } from '../../shared/problems.ts';
import type { Image } from './image.ts';
import { type Format, formatOf } from './picture-format.ts';

/** What is uploaded has at most this many bytes, and this many pixels when it is unpacked. */
export const LARGEST_PICTURE = 10 * 1024 ** 2;
const MOST_PIXELS = 40_000_000;
/** WebP has no more in a line or column. */
const LONGEST_SIDE = 16_383;

const WIDTHS = [320, 640, 1280];
const LARGEST_WIDTH = 2560;
const QUALITY = 82;
/** How long one picture may keep a processor busy, in seconds. */
const PATIENCE = 20;

/** libvips is large: only who uses it waits for it. */
let loaded: Promise<(content: Buffer) => Sharp> | undefined;
/** Holds the event loop for as long as the system takes to load libvips. */
export const loadLibrary = () => {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    // How many pictures are worked on at a time, the action says; each has one thread of its own beside the event loop.
    sharp.concurrency(1);
    sharp.cache(false);
    return (content: Buffer) =>
      sharp(content, { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true });
  });
  return loaded;
};

/** The name of a picture's file. */
export const fileOf = (id: string, width: number): string => `image/${id}/${width}.webp`;

/** All of a body that fits into memory; its size has been limited on the way. */
export async function collected(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Stores a picture in all its widths, as WebP without anything but pixels: no metadata, turned as it is meant to be
 * seen. Named by its content, so the same picture is stored once.
 * @throws picture-refused for what is no PNG, JPEG or WebP through and through, or is too large to be unpacked
 */
export async function storePicture(content: Buffer, blobs: Blobs): Promise<Omit<Image, 'alt'>> {
  const format = formatOf(content);
  if (!format) throw errors.pictureRefused('It is neither PNG, JPEG nor WebP, or there is something else behind it.');
  const open = await loadLibrary();
  const { width, height } = await sizeOf(open(content), format);
  const id = createHash('sha256').update(content).digest('base64url');
  const widths = widthsOf(width);
  // The largest is stored last: if it is there, all are.
  if (await blobs.has(fileOf(id, widths.at(-1) ?? width))) return { id, width, height, widths };
  for (const each of widths) {
    const picture = open(content).autoOrient().resize({ width: each, withoutEnlargement: true });
    await blobs.put(fileOf(id, each), await encoded(picture));
  }
  return { id, width, height, widths };
}

/** The widths that a picture is offered in, ascending; none is wider than the picture. */
function widthsOf(width: number): number[] {
  return [...WIDTHS.filter((each) => each < width), Math.min(width, LARGEST_WIDTH)];
}

/** As it is seen, which a camera may have noted beside the pixels. */
async function sizeOf(picture: Sharp, format: Format): Promise<{ width: number; height: number }> {
  const found = await picture.metadata().catch(refused);
  if (found.format !== format) throw errors.pictureRefused(`It begins as ${format}, but is none.`);
  if ((found.pages ?? 1) > 1) throw errors.pictureRefused('It moves; a picture of a product stands still.');
  const { width, height } = found.autoOrient;
  if (width > LONGEST_SIDE || height > LONGEST_SIDE) {
    throw errors.pictureRefused(`It is longer than ${LONGEST_SIDE} pixels.`);
  }
  return { width, height };
}

const encoded = (picture: Sharp): Promise<Buffer> =>
  picture.webp({ quality: QUALITY }).timeout({ seconds: PATIENCE }).toBuffer().catch(refused);

/** The library's message may say more of our machine than of the picture. */
function refused(error: unknown): never {
  const isBomb = error instanceof Error && /pixel limit/i.test(error.message);
  throw errors.pictureRefused(isBomb ? 'It has more than 40 million pixels.' : 'It is damaged.');
}
