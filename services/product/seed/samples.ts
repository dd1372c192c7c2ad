import type { Handlers } from '../../../lib/contract/service.ts';
import type { ProductService } from '../product/product-service.ts';
import { asProduct } from './load.ts';
import type { SampleProduct } from './product.ts';
import type { sampleActions } from './samples.contract.ts';

/** Stocks that are opened in one call. */
const STOCKS = 1000;

/** The handlers of what fills a shop with made-up products. */
export const sampleHandlers: Handlers<typeof sampleActions, ProductService> = {
  async addSamples(ctx) {
    const { from, count } = ctx.params;
    const [currency = '', ...others] = this.shop.currencies;
    // Imported only here: nobody else needs the data, or faker.
    const { bulkProducts } = await import('./bulk.ts');
    const samples: SampleProduct[] = [];
    for await (const sample of bulkProducts(count, currency, from)) samples.push(sample);
    const now = new Date();
    // Stock first: a product that is shown can be bought.
    const stock = samples.flatMap(({ _id: productId, variants }) =>
      variants.map(({ sku, stock: pieces }) => ({ sku, productId, pieces })),
    );
    for (let at = 0; at < stock.length; at += STOCKS) {
      await ctx.call('inventory.open', { items: stock.slice(at, at + STOCKS) });
    }
    // From now on, or the projections would not see that they are new.
    const products = samples.map((sample) => ({ ...asProduct(sample, others), updatedAt: now }));
    return { added: await this.store.insertNew(products) };
  },
};
