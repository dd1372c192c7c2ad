import { ifMatchRule } from '../../../lib/contract/etag.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { timeRule } from '../../../lib/contract/time.ts';
import { anyId } from '../../shared/ids.ts';
import { currencyRule } from '../../shared/money.ts';
import { imageRule, labels, ratingRule } from './product.rules.ts';
import { STATUSES } from './product.ts';
import { priceRule, productFields, productInput, productPatch, skuRule } from './product-input.ts';

const status = named('ProductStatus', { type: 'enum', values: STATUSES });

/** A product as staff sees it: all of it. */
export const staffProduct = named('StaffProduct', {
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

const staff = {
  visibility: 'published',
  auth: 'staff',
  scope: 'catalogue:write',
  idempotent: false,
  returns: staffProduct,
} as const;
/** A change to what was read: it names the version. */
const editing = { ...staff, headers: { ifMatch: 'If-Match' } } as const;
const edit = { id: anyId, ifMatch: ifMatchRule } as const;
const EDITED = ['not-found', 'stale-version', 'missing-version'] as const;

/** What staff does with products; part of the `product` contract. */
export const productAdminActions = {
  search: {
    ...staff,
    idempotent: true,
    summary: 'Products of any status, the newest first',
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
    ...staff,
    idempotent: true,
    summary: 'A product with all of it; its ETag is its version',
    rest: 'GET /v1/admin/products/:id',
    params: { id: anyId },
    problems: ['not-found'],
  },
  create: {
    ...staff,
    summary: 'A new product, a draft unless it is said',
    rest: 'POST /v1/admin/products',
    status: 201,
    location: '/v1/admin/products/{id}',
    params: productInput,
    problems: ['slug-taken', 'sku-taken', 'invalid-request'],
  },
  edit: {
    ...editing,
    summary: 'Change what is said; the rest stays',
    rest: 'PATCH /v1/admin/products/:id',
    params: { ...edit, ...productPatch },
    problems: [...EDITED, 'slug-taken', 'sku-taken', 'product-archived'],
  },
  archive: {
    ...editing,
    summary: 'Take a product out of the shop',
    rest: 'POST /v1/admin/products/:id/archive',
    params: edit,
    problems: EDITED,
  },
  restore: {
    ...editing,
    summary: 'Sell an archived product again',
    rest: 'POST /v1/admin/products/:id/restore',
    params: edit,
    problems: EDITED,
  },
  schedulePrice: {
    ...editing,
    summary: 'Have a variant cost something else from a moment on',
    rest: 'POST /v1/admin/products/:id/price-changes',
    params: { ...edit, at: timeRule, sku: skuRule, currency: currencyRule, price: priceRule },
    problems: [...EDITED, 'unknown-currency', 'limit-reached'],
  },
  unschedulePrice: {
    ...editing,
    summary: 'Take a price to come back',
    rest: 'DELETE /v1/admin/products/:id/price-changes/:changeId',
    params: { ...edit, changeId: anyId },
    problems: EDITED,
  },
} as const;
