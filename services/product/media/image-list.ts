import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { change } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { Image } from './image.ts';

/** Of one product. */
const MOST = 20;

/** Puts a picture behind the others; one that is there already stays as it is. @throws limit-reached */
export function addImage(product: Readonly<Product>, image: Image, now: Date): Decision<Product> {
  const { images } = open(product);
  if (images.some(({ id }) => id === image.id)) return { answer: product };
  if (images.length >= MOST) throw errors.limitReached(`A product may have ${MOST} pictures.`);
  return change(product, { images: [...images, image] }, now);
}

/** Takes a picture off a product, and off its variants. @throws not-found */
export function removeImage(product: Readonly<Product>, id: string, now: Date): Decision<Product> {
  const { images, variants } = open(product);
  find(images, id);
  const without = variants.map(({ image, ...variant }) =>
    image === undefined || image === id ? variant : { ...variant, image },
  );
  const isShown = variants.some(({ image }) => image === id);
  const rest = images.filter((image) => image.id !== id);
  return change(product, { images: rest, ...(isShown ? { variants: without } : {}) }, now);
}

/** Says what a picture shows. @throws not-found */
export function describeImage(product: Readonly<Product>, id: string, alt: string, now: Date): Decision<Product> {
  const { images } = open(product);
  if (find(images, id).alt === alt) return { answer: product };
  return change(product, { images: images.map((image) => (image.id === id ? { ...image, alt } : image)) }, now);
}

/** Puts the pictures into another order, which has to name each of them once. @throws invalid-request */
export function orderImages(product: Readonly<Product>, order: readonly string[], now: Date): Decision<Product> {
  const { images } = open(product);
  const byId = new Map(images.map((image) => [image.id, image]));
  const ordered = order.flatMap((id) => byId.get(id) ?? []);
  if (new Set(order).size !== order.length || ordered.length !== order.length || ordered.length !== images.length) {
    throw errors.invalidRequest([{ pointer: '/order', detail: 'Name each picture of the product once.' }]);
  }
  const isSame = ordered.every(({ id }, at) => id === images[at]?.id);
  return change(product, isSame ? {} : { images: ordered }, now);
}

/** @throws product-archived */
function open(product: Readonly<Product>): Readonly<Product> {
  if (product.status === 'archived') throw errors.archived();
  return product;
}

function find(images: readonly Image[], id: string): Image {
  const found = images.find((image) => image.id === id);
  if (!found) throw errors.notFound('This picture');
  return found;
}
