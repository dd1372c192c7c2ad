import type { Handlers } from '../../../lib/contract/service.ts';
import type { ProductService } from '../product/product-service.ts';
import { exportProducts } from './export.ts';
import { importBatch } from './import-batch.ts';
import type { transferActions } from './transfer.contract.ts';

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' } as const;

/** The handlers of importing and exporting products as files. */
export const transferHandlers: Handlers<typeof transferActions, ProductService> = {
  export(ctx) {
    const { format = 'csv' } = ctx.params;
    ctx.meta.$responseType = MEDIA_TYPES[format];
    ctx.meta.$responseHeaders = { 'Content-Disposition': `attachment; filename="products.${format}"` };
    return exportProducts(this.store, format);
  },

  importBatch(ctx) {
    return importBatch(this, ctx, ctx.params);
  },

  async skusOf(ctx) {
    const products = await this.store.find({ slug: { $in: ctx.params.slugs } }, { fields: ['slug', 'variants'] });
    return products.map(({ slug, variants }) => ({ slug, skus: variants.map(({ sku }) => sku) }));
  },
};
