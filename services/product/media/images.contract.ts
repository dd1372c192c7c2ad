import { anyId } from '../../shared/ids.ts';
import { imageRule } from '../product/product.rules.ts';
import { MAX_PICTURE_BYTES } from './picture.ts';

const alt = { type: 'string', max: 300 } as const;
const staff = {
  visibility: 'published',
  auth: 'staff',
  scope: 'catalogue:write',
  idempotent: true,
  returns: {
    type: 'object',
    props: { id: 'string', version: 'number', images: { type: 'array', items: imageRule } },
  },
} as const;

/** Management of product pictures by staff; part of the `product` contract. */
export const imageActions = {
  addImage: {
    ...staff,
    summary: 'Add a picture to a product; one that it has already changes nothing',
    rest: 'POST /v1/admin/products/:id/images',
    upload: { types: ['image/png', 'image/jpeg', 'image/webp'], limit: MAX_PICTURE_BYTES, maxSeconds: 300 },
    // Decoding one may need a hundred megabytes.
    concurrency: 2,
    params: { id: anyId, alt: { ...alt, optional: true } },
    problems: ['not-found', 'limit-reached', 'picture-refused', 'product-archived'],
  },
  orderImages: {
    ...staff,
    summary: "Put a product's pictures into another order",
    rest: 'PUT /v1/admin/products/:id/images',
    params: { id: anyId, order: { type: 'array', items: anyId, max: 100 } },
    problems: ['not-found', 'product-archived'],
  },
  describeImage: {
    ...staff,
    summary: 'Say what a picture shows, for who cannot see it',
    rest: 'PATCH /v1/admin/products/:id/images/:imageId',
    params: { id: anyId, imageId: anyId, alt },
    problems: ['not-found', 'product-archived'],
  },
  removeImage: {
    ...staff,
    summary: 'Take a picture off a product',
    rest: 'DELETE /v1/admin/products/:id/images/:imageId',
    params: { id: anyId, imageId: anyId },
    problems: ['not-found', 'product-archived'],
  },
} as const;
