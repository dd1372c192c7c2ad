import { currencyRule } from '../../../lib/contract/currency.ts';
import { ifMatchRule } from '../../../lib/contract/etag.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { timeRule } from '../../../lib/contract/time.ts';
import { anyId } from '../../shared/ids.ts';
import { imageRule, labels, ratingRule } from './product.rules.ts';
import { STATUSES } from './product.ts';
import { priceRule, productFields, productInput, productPatch, skuRule } from './product-input.ts';

const status = named('ProductStatus', { type: 'enum', values: STATUSES });

/** A product as staff sees it: all of it. */
const staffProduct = named('StaffProduct', {
  type: 'object',
  props: {
    id: 'string',
    version: 'number',
    slug: 'string',
    title: 'string',
    description: 'string',
    brand: 'string',
    category: 'string',
    attributes: labels,
    images: { type: 'array', items: imageRule },
    taxClass: 'string',
    status,
    variants: productFields.variants,
    priceChanges: {
      type: 'array',
      items: named('PriceChange', {
        type: 'object',
        props: { id: 'string', at: 'string', sku: 'string', currency: 'string', price: priceRule },
      }),
    },
    rating: ratingRule,
    popularity: 'number',
    createdAt: 'string',
    updatedAt: 'string',
  },
});

const byStaff = {
  ...staff('catalogue:write'),
  idempotent: false,
  returns: staffProduct,
} as const;
/** A change to what was read: it names the version. */
const editing = { ...byStaff, headers: { ifMatch: 'If-Match' } } as const;
const edit = { id: anyId, ifMatch: ifMatchRule } as const;
const EDITED = ['not-found', 'stale-version', 'missing-version'] as const;

/** What staff does with products; part of the `product` contract. */
export const productAdminActions = {
  search: {
    ...byStaff,
    idempotent: true,
    summary: 'List products of any status, newest first',
    rest: 'GET /v1/admin/products',
    params: {
      status: { ...status, optional: true },
      slug: { type: 'string', max: 120, optional: true },
      sku: { type: 'string', max: 64, optional: true },
      ...pageParams,
    },
    returns: pageOf(staffProduct),
  },
  read: {
    ...byStaff,
    idempotent: true,
    summary: 'Get all of a product; its ETag is its version',
    rest: 'GET /v1/admin/products/:id',
    params: { id: anyId },
    problems: ['not-found'],
  },
  create: {
    ...byStaff,
    summary: 'Create a product, by default as a draft',
    rest: 'POST /v1/admin/products',
    status: 201,
    location: '/v1/admin/products/{id}',
    params: productInput,
    problems: ['slug-taken', 'sku-taken', 'invalid-request'],
  },
  edit: {
    ...editing,
    summary: 'Update the given fields of a product',
    rest: 'PATCH /v1/admin/products/:id',
    params: { ...edit, ...productPatch },
    problems: [...EDITED, 'slug-taken', 'sku-taken', 'product-archived'],
  },
  archive: {
    ...editing,
    summary: 'Archive a product',
    rest: 'POST /v1/admin/products/:id/archive',
    params: edit,
    problems: EDITED,
  },
  restore: {
    ...editing,
    summary: 'Restore an archived product',
    rest: 'POST /v1/admin/products/:id/restore',
    params: edit,
    problems: EDITED,
  },
  schedulePrice: {
    ...editing,
    summary: 'Schedule a price change of a variant',
    rest: 'POST /v1/admin/products/:id/price-changes',
    params: { ...edit, at: timeRule, sku: skuRule, currency: currencyRule, price: priceRule },
    problems: [...EDITED, 'unknown-currency', 'limit-reached'],
  },
  unschedulePrice: {
    ...editing,
    summary: 'Remove a scheduled price change',
    rest: 'DELETE /v1/admin/products/:id/price-changes/:changeId',
    params: { ...edit, changeId: anyId },
    problems: EDITED,
  },
} as const;
