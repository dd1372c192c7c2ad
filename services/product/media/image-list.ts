import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { changeFields, refuseArchived } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { Image } from './image.ts';

const MAX_PRODUCT_IMAGES = 20;

/** Adds a picture behind the others; one that the product already has changes nothing. @throws limit-reached */
export function addImage(product: Readonly<Product>, image: Image, now: Date): Decision<Product> {
  const { images } = product;
  refuseArchived(product);
  if (images.some(({ id }) => id === image.id)) return { answer: product };
  if (images.length >= MAX_PRODUCT_IMAGES)
    throw errors.limitReached(`A product may have at most ${MAX_PRODUCT_IMAGES} pictures.`);
  return changeFields(product, { images: [...images, image] }, now);
}

/** Removes a picture from a product and its variants. @throws not-found */
export function removeImage(product: Readonly<Product>, id: string, now: Date): Decision<Product> {
  const { images, variants } = product;
  refuseArchived(product);
  findImage(images, id);
  const variantsLeft = variants.map(({ image, ...variant }) =>
    image === undefined || image === id ? variant : { ...variant, image },
  );
  const isShown = variants.some(({ image }) => image === id);
  const imagesLeft = images.filter((image) => image.id !== id);
  return changeFields(product, { images: imagesLeft, ...(isShown ? { variants: variantsLeft } : {}) }, now);
}

/** Sets the alternative text of a picture. @throws not-found */
export function describeImage(product: Readonly<Product>, id: string, alt: string, now: Date): Decision<Product> {
  const { images } = product;
  refuseArchived(product);
  if (findImage(images, id).alt === alt) return { answer: product };
  return changeFields(product, { images: images.map((image) => (image.id === id ? { ...image, alt } : image)) }, now);
}

/** Reorders the pictures. @param order names each picture once @throws invalid-request */
export function orderImages(product: Readonly<Product>, order: readonly string[], now: Date): Decision<Product> {
  const { images } = product;
  refuseArchived(product);
  const byId = new Map(images.map((image) => [image.id, image]));
  const ordered = order.flatMap((id) => byId.get(id) ?? []);
  if (new Set(order).size !== order.length || ordered.length !== order.length || ordered.length !== images.length) {
    throw errors.invalidField('/order', 'The order must name each picture of the product once.');
  }
  const isSame = ordered.every(({ id }, at) => id === images[at]?.id);
  return changeFields(product, isSame ? {} : { images: ordered }, now);
}

function findImage(images: readonly Image[], id: string): Image {
  const found = images.find((image) => image.id === id);
  if (!found) throw errors.notFound('This picture');
  return found;
}
