import { currencyRule } from '../../../lib/contract/currency.ts';
import { ifMatchRule } from '../../../lib/contract/etag.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { timeRule } from '../../../lib/contract/time.ts';
import { anyId } from '../../shared/ids.ts';
import { imageRule, labels } from './product.rules.ts';
import { PRODUCT_STATUSES } from './product.ts';
import { priceRule, productFields, productInput, productPatch, skuRule } from './product-input.ts';

const status = { type: 'enum', values: PRODUCT_STATUSES } as const;

/** A product with all fields that staff sees. */
const staffProduct = {
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
      items: {
        type: 'object',
        props: { id: 'string', at: 'string', sku: 'string', currency: 'string', price: priceRule },
      },
    },
    rating: { type: 'object', props: { count: 'number', average: { type: 'number', nullable: true } } },
    popularity: 'number',
    createdAt: 'string',
    updatedAt: 'string',
  },
} as const;

const staff = {
  visibility: 'published',
  auth: 'staff',
  scope: 'catalogue:write',
  idempotent: false,
  returns: staffProduct,
} as const;
/** An edit names the version that was read (If-Match). */
const editing = { ...staff, headers: { ifMatch: 'If-Match' } } as const;
const edit = { id: anyId, ifMatch: ifMatchRule } as const;
const EDIT_PROBLEMS = ['not-found', 'stale-version', 'missing-version'] as const;

/** Product management by staff; part of the `product` contract. */
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
    problems: [...EDIT_PROBLEMS, 'slug-taken', 'sku-taken', 'product-archived'],
  },
  archive: {
    ...editing,
    summary: 'Take a product out of the shop',
    rest: 'POST /v1/admin/products/:id/archive',
    params: edit,
    problems: EDIT_PROBLEMS,
  },
  restore: {
    ...editing,
    summary: 'Sell an archived product again',
    rest: 'POST /v1/admin/products/:id/restore',
    params: edit,
    problems: EDIT_PROBLEMS,
  },
  schedulePrice: {
    ...editing,
    summary: 'Have a variant cost something else from a moment on',
    rest: 'POST /v1/admin/products/:id/price-changes',
    params: { ...edit, at: timeRule, sku: skuRule, currency: currencyRule, price: priceRule },
    problems: [...EDIT_PROBLEMS, 'unknown-currency', 'limit-reached'],
  },
  unschedulePrice: {
    ...editing,
    summary: 'Take a price to come back',
    rest: 'DELETE /v1/admin/products/:id/price-changes/:changeId',
    params: { ...edit, changeId: anyId },
    problems: EDIT_PROBLEMS,
  },
} as const;
