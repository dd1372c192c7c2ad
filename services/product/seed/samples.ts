import type { Handlers } from '../../../lib/contract/service.ts';
import { openStock } from '../inventory/open-stock.ts';
import type { ProductService } from '../product/product-service.ts';
import { toProduct } from './load.ts';
import type { SampleProduct } from './product.ts';
import type { sampleActions } from './samples.contract.ts';

/** The handlers that fill a shop with generated products, for demos and load tests. */
export const sampleHandlers: Handlers<typeof sampleActions, ProductService> = {
  async addSamples(ctx) {
    const { from, count } = ctx.params;
    const [currency = '', ...others] = this.shop.currencies;
    // Imported on demand: only this action needs the data and faker.
    const { bulkProducts } = await import('./bulk.ts');
    const samples: SampleProduct[] = [];
    for await (const sample of bulkProducts(count, currency, from)) samples.push(sample);
    const now = new Date();
    // Stock first, so that every visible product can be bought.
    const stock = samples.flatMap(({ _id: productId, variants }) =>
      variants.map(({ sku, stock: pieces }) => ({ sku, productId, pieces })),
    );
    await openStock(ctx, stock);
    // `updatedAt` is now: the catch-up of the projections finds products by it.
    const products = samples.map((sample) => ({ ...toProduct(sample, others), updatedAt: now }));
    return { added: await this.store.insertNew(products) };
  },
};
