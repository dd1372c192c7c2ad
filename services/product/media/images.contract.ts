import { named } from '../../../lib/contract/named.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';
import { imageRule } from '../product/product.rules.ts';
import { MAX_PICTURE_BYTES } from './picture.ts';

const alt = { type: 'string', max: 300 } as const;
const byStaff = {
  ...staff('catalogue:write'),
  idempotent: true,
  returns: named('ProductImages', {
    type: 'object',
    props: { id: 'string', version: 'number', images: { type: 'array', items: imageRule } },
  }),
} as const;

/** Management of product pictures by staff; part of the `product` contract. */
export const imageActions = {
  addImage: {
    ...byStaff,
    summary: 'Add a picture to a product; the same picture again changes nothing',
    rest: 'POST /v1/admin/products/:id/images',
    upload: { types: ['image/png', 'image/jpeg', 'image/webp'], limit: MAX_PICTURE_BYTES, maxSeconds: 300 },
    // Decoding one may need a hundred megabytes.
    concurrency: 2,
    params: { id: anyId, alt: { ...alt, optional: true } },
    problems: ['not-found', 'limit-reached', 'picture-refused', 'product-archived'],
  },
  orderImages: {
    ...byStaff,
    summary: 'Reorder the pictures of a product',
    rest: 'PUT /v1/admin/products/:id/images',
    params: { id: anyId, order: { type: 'array', items: anyId, max: 100 } },
    problems: ['not-found', 'product-archived'],
  },
  describeImage: {
    ...byStaff,
    summary: 'Set the alternative text of a picture',
    rest: 'PATCH /v1/admin/products/:id/images/:imageId',
    params: { id: anyId, imageId: anyId, alt },
    problems: ['not-found', 'product-archived'],
  },
  removeImage: {
    ...byStaff,
    summary: 'Remove a picture from a product',
    rest: 'DELETE /v1/admin/products/:id/images/:imageId',
    params: { id: anyId, imageId: anyId },
    problems: ['not-found', 'product-archived'],
  },
} as const;
