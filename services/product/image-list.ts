import type { Decision } from '../../lib/changes.ts';
import { errors } from '../../lib/errors.ts';
import type { Image } from './image.ts';
import type { Product } from './product.ts';

/** Of one product. */
const MOST = 20;

/** The pictures of a product after a change, which counts as one of staff's. */
export type Pictures = Pick<Product, 'version' | 'images'>;

/** Puts a picture behind the others; one that is there already stays as it is. @throws limit-reached */
export function addImage({ version, images }: Readonly<Product>, image: Image, now: Date): Decision<Pictures> {
  if (images.some(({ id }) => id === image.id)) return { answer: { version, images } };
  if (images.length >= MOST) throw errors.limitReached(`A product may have ${MOST} pictures.`);
  return change(version, [...images, image], now);
}

/** Takes a picture off a product, and off its variants. @throws not-found */
export function removeImage(product: Readonly<Product>, id: string, now: Date): Decision<Pictures> {
  const { version, images, variants } = product;
  find(images, id);
  const rest = images.filter((image) => image.id !== id);
  const { answer, patch } = change(version, rest, now);
  if (!variants.some(({ image }) => image === id)) return { answer, patch };
  const without = variants.map(({ image, ...variant }) =>
    image === undefined || image === id ? variant : { ...variant, image },
  );
  return { answer, patch: { ...patch, variants: without } };
}

/** Says what a picture shows. @throws not-found */
export function describeImage(product: Readonly<Product>, id: string, alt: string, now: Date): Decision<Pictures> {
  const { version, images } = product;
  if (find(images, id).alt === alt) return { answer: { version, images } };
  const described = images.map((image) => (image.id === id ? { ...image, alt } : image));
  return change(version, described, now);
}

/** Puts the pictures into another order, which has to name each of them once. @throws invalid-request */
export function orderImages(
  { version, images }: Readonly<Product>,
  order: readonly string[],
  now: Date,
): Decision<Pictures> {
  const byId = new Map(images.map((image) => [image.id, image]));
  const ordered = order.flatMap((id) => byId.get(id) ?? []);
  if (new Set(order).size !== order.length || ordered.length !== order.length || ordered.length !== images.length) {
    throw errors.invalidRequest([{ pointer: '/order', detail: 'Name each picture of the product once.' }]);
  }
  const isSame = ordered.every(({ id }, at) => id === images[at]?.id);
  return isSame ? { answer: { version, images } } : change(version, ordered, now);
}

function change(version: number, images: Image[], now: Date) {
  const pictures = { version: version + 1, images };
  return { answer: pictures, patch: { ...pictures, updatedAt: now } };
}

function find(images: readonly Image[], id: string): Image {
  const found = images.find((image) => image.id === id);
  if (!found) throw errors.notFound('This picture');
  return found;
}
