import { properties } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import { CatchUp } from '../catalogue/catch-up.ts';
import { productSearchHandlers } from '../catalogue/product-search.ts';
import { transferHandlers } from '../import/transfer.ts';
import { openStock, stockToOpen } from '../inventory/open-stock.ts';
import { imageHandlers } from '../media/images.ts';
import { sampleProducts, seed } from '../seed/load.ts';
import { sampleHandlers } from '../seed/samples.ts';
import { applyDuePrices } from './price-change.ts';
import { product } from './product.contract.ts';
import type { Product } from './product.ts';
import { productAdminHandlers } from './product-admin.ts';
import { displayContext, type ProductService, requireSold } from './product-service.ts';
import { renderOffer, renderProductCard, renderProductPage } from './product-view.ts';
import { tallyHandlers } from './tally.ts';

/** Without any event, the projection is at most twice this behind the database. */
const CATCH_UP_INTERVAL_MS = 1000;

export default function productService(config: Config) {
  const catalogue = new Catalogue(config.currencies);
  let catchUp: CatchUp | undefined;
  let pricing: Promise<void> | undefined;

  return service(product, config, {
    dependencies: ['inventory', 'category'],
    mixins: [
      worker<ProductService>({
        every: CATCH_UP_INTERVAL_MS,
        async run() {
          // In the background: many due prices must not delay the projection.
          if (!pricing) {
            pricing = applyScheduledPrices(this.store).finally(() => {
              pricing = undefined;
            });
            this.worker.background(pricing);
          }
          await catchUp?.run();
        },
      }),
      store<Product>(config, {
        node: 'product',
        collection: 'products',
        indexes: [
          { fields: { slug: 1 }, unique: true },
          { fields: { 'variants.sku': 1 }, unique: true },
          { fields: { updatedAt: 1, _id: 1, rev: 1 } },
          { fields: { nextPriceAt: 1 } },
          { fields: { status: 1, _id: 1 } },
          { fields: { category: 1 } },
        ],
        written({ _id: id }) {
          this.broker.broadcast('product.changed', { id });
        },
      }),
      properties(({ broker }) => ({
        shop: config,
        catalogue,
        async announceNew(products: readonly Product[]) {
          await catchUp?.apply(products);
          broker.broadcast('product.added', { ids: products.map(({ _id }) => _id) });
        },
        openStockOf: (product: Product) => openStock(broker, stockToOpen(product)),
      })),
    ],

    handlers: {
      ...productAdminHandlers,
      ...sampleHandlers,
      ...tallyHandlers,
      ...imageHandlers(config.blobs),
      ...transferHandlers,

      ready() {
        return this.store.ping();
      },

      ...productSearchHandlers,

      get(ctx) {
        const context = displayContext(this, ctx.params.currency);
        return renderProductPage(requireSold(this, ctx.params.idOrSlug, context.currency), context);
      },

      lookup(ctx) {
        const found = [...new Set(ctx.params.ids)].map((id) => catalogue.get(id));
        const context = displayContext(this, ctx.params.currency);
        return { items: found.flatMap((product) => (product ? [renderProductCard(product, context)] : [])) };
      },

      counts() {
        return Object.fromEntries(catalogue.counts());
      },

      async inCategory(ctx) {
        return { count: (await this.store.find({ category: ctx.params.slug }, { fields: ['_id'] })).length };
      },

      offers(ctx) {
        const context = displayContext(this, ctx.params.currency);
        return ctx.params.skus.flatMap((sku) => {
          const sold = catalogue.findVariant(sku);
          return (sold && renderOffer(sold.product, sold.variant, context)) ?? [];
        });
      },
    },

    events: {
      async 'product.changed'(ctx) {
        await catchUp?.refresh(ctx.params.id);
      },

      async 'product.added'(ctx) {
        await catchUp?.refreshNew(ctx.params.ids);
      },

      async 'inventory.changed'(ctx) {
        await catchUp?.queueLevels(ctx.params.levels);
      },

      async 'category.changed'() {
        await catchUp?.refreshTree();
      },
    },

    async started() {
      if (config.seed) await seed(this.store, () => sampleProducts(config.currencies));
      catchUp = new CatchUp(catalogue, this.store, this.broker);
      await catchUp.load();
    },
  });
}

/** Applies the scheduled prices that are due; the first node that finds them does it. */
async function applyScheduledPrices(products: Store<Product>): Promise<void> {
  const due = await products.find({ nextPriceAt: { $lte: new Date() } }, { fields: ['_id'], limit: 1000 });
  for (const { _id } of due) await products.change(_id, applyDuePrices);
}
