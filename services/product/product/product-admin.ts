import type { Ctx } from '../../../lib/contract/contract.ts';
import { etagOf, parseIfMatch } from '../../../lib/contract/etag.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { timeOf } from '../../../lib/contract/time.ts';
import { RefusedPatch } from '../../../mixins/store/changes.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { archiveProduct, createProduct, editProduct, type ProductChange, restoreProduct, withBefore } from './edit.ts';
import { priceOf } from './price.ts';
import { schedulePrice, unschedulePrice } from './price-change.ts';
import type { Product } from './product.ts';
import type { productAdminActions } from './product-admin.contract.ts';
import type { ProductService } from './product-service.ts';
import { renderStaffProduct } from './staff-view.ts';
import { findConflict, type UniqueNames } from './unique-names.ts';

/** The handlers of product management by staff. */
export const productAdminHandlers: Handlers<typeof productAdminActions, ProductService> = {
  async search(ctx) {
    const { status, slug, sku, limit, cursor } = ctx.params;
    const filter = {
      ...(status ? { status } : {}),
      ...(slug ? { slug } : {}),
      ...(sku ? { 'variants.sku': sku } : {}),
    };
    const { items, nextCursor } = await this.store.page(filter, { limit, cursor, order: NEWEST_FIRST });
    return { items: items.map(renderStaffProduct), nextCursor };
  },

  async read(ctx) {
    const found = await this.store.get(ctx.params.id);
    if (!found) throw errors.notFound('This product');
    return respondWith(ctx, found);
  },

  async create(ctx) {
    await ctx.call('category.exists', { slug: ctx.params.category });
    const now = new Date();
    const product = createProduct(newId('prd', now), ctx.params, this.shop.currencies, now);
    if (!(await this.store.insert(product))) throw await findConflict(product, this.store);
    await this.openStockOf({ ...product, rev: 0 });
    recordChange(ctx, null, product);
    return respondWith(ctx, { ...product, rev: 0 });
  },

  async edit(ctx) {
    const { id, ifMatch, ...fields } = ctx.params;
    if (fields.category !== undefined) await ctx.call('category.exists', { slug: fields.category });
    const { currencies } = this.shop;
    const version = parseIfMatch(ifMatch);
    return changeProduct(
      this,
      ctx,
      id,
      (product, now) => editProduct(product, fields, version, currencies, now),
      fields,
    );
  },

  archive(ctx) {
    const { id, ifMatch } = ctx.params;
    return changeProduct(this, ctx, id, (product, now) => archiveProduct(product, parseIfMatch(ifMatch), now));
  },

  restore(ctx) {
    const { id, ifMatch } = ctx.params;
    return changeProduct(this, ctx, id, (product, now) => restoreProduct(product, parseIfMatch(ifMatch), now));
  },

  schedulePrice(ctx) {
    const { id, ifMatch, at, sku, currency, price } = ctx.params;
    const { currencies } = this.shop;
    if (!currencies.includes(currency)) throw errors.unknownCurrency(currency, currencies);
    const planned = { id: newId('pch'), at: timeOf('at', at), sku, currency, price: priceOf(price, '/price') };
    return changeProduct(this, ctx, id, (product, now) => schedulePrice(product, planned, parseIfMatch(ifMatch), now));
  },

  unschedulePrice(ctx) {
    const { id, ifMatch, changeId } = ctx.params;
    return changeProduct(this, ctx, id, (product, now) =>
      unschedulePrice(product, changeId, parseIfMatch(ifMatch), now),
    );
  },
};

/** Changes a product and records the change in the audit log. @throws not-found, and the errors of `decide` */
async function changeProduct(
  service: ProductService,
  ctx: Ctx<unknown>,
  id: string,
  decide: ProductChange,
  uniqueFields: Omit<UniqueNames, '_id'> = {},
) {
  const { before, after } = await service.store.change(id, withBefore(decide)).catch(async (error: unknown) => {
    const isTaken = error instanceof RefusedPatch && error.isDuplicate;
    throw isTaken ? await findConflict({ _id: id, ...uniqueFields }, service.store) : error;
  });
  await service.openStockOf(after);
  recordChange(ctx, before, after);
  return respondWith(ctx, after);
}

function respondWith(ctx: Ctx<unknown>, product: Product) {
  ctx.meta.$responseHeaders = { ETag: etagOf(product.version) };
  return renderStaffProduct(product);
}
