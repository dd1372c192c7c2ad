import { currencyRule } from '../../../lib/contract/currency.ts';
import { ifMatchRule } from '../../../lib/contract/etag.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { timeRule } from '../../../lib/contract/time.ts';
import { anyId } from '../../shared/ids.ts';
import { imageRule, labels, ratingRule } from './product.rules.ts';
import { PRODUCT_STATUSES } from './product.ts';
import { priceRule, productFields, productInput, productPatch, skuRule } from './product-input.ts';

const status = named('ProductStatus', { type: 'enum', values: PRODUCT_STATUSES });

/** A product with all fields that staff sees. */
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
    requiresShipping: 'boolean',
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
/** An edit names the version that was read (If-Match). */
const editing = { ...byStaff, headers: { ifMatch: 'If-Match' } } as const;
const edit = { id: anyId, ifMatch: ifMatchRule } as const;
const EDIT_PROBLEMS = ['not-found', 'stale-version', 'missing-version'] as const;

/** Product management by staff; part of the `product` contract. */
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
    summary: 'Get a product with all its fields; the ETag is its version',
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
    problems: [...EDIT_PROBLEMS, 'slug-taken', 'sku-taken', 'product-archived'],
  },
  archive: {
    ...editing,
    summary: 'Archive a product',
    rest: 'POST /v1/admin/products/:id/archive',
    params: edit,
    problems: EDIT_PROBLEMS,
  },
  restore: {
    ...editing,
    summary: 'Restore an archived product',
    rest: 'POST /v1/admin/products/:id/restore',
    params: edit,
    problems: EDIT_PROBLEMS,
  },
  schedulePrice: {
    ...editing,
    summary: 'Schedule a price change of a variant',
    rest: 'POST /v1/admin/products/:id/price-changes',
    params: { ...edit, at: timeRule, sku: skuRule, currency: currencyRule, price: priceRule },
    problems: [...EDIT_PROBLEMS, 'unknown-currency', 'limit-reached'],
  },
  unschedulePrice: {
    ...editing,
    summary: 'Remove a scheduled price change',
    rest: 'DELETE /v1/admin/products/:id/price-changes/:changeId',
    params: { ...edit, changeId: anyId },
    problems: EDIT_PROBLEMS,
  },
} as const;
