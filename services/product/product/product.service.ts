import { onMissedEvents } from '../../../lib/cluster/missed-events.ts';
import { properties } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import { CatchUp } from '../catalogue/catch-up.ts';
import { productSearchHandlers } from '../catalogue/product-search.ts';
import { transferHandlers } from '../import/transfer.ts';
import { openStock, stockToOpen } from '../inventory/open-stock.ts';
import { imageHandlers } from '../media/images.ts';
import { sampleProducts, seed } from '../seed/load.ts';
import { sampleHandlers } from '../seed/samples.ts';
import { startPriceClock } from './due-prices.ts';
import { product } from './product.contract.ts';
import type { Product } from './product.ts';
import { productAdminHandlers } from './product-admin.ts';
import { displayContext, type ProductService, requireSold } from './product-service.ts';
import { renderOffer, renderProductCard, renderProductPage } from './product-view.ts';
import { tallyHandlers } from './tally.ts';

/** Events tell of changes at once; this finds those whose events were lost without a sign. */
const CATCH_UP_INTERVAL_MS = 5000;
/** The same while events may be missing, as connections come and go. */
const UNCERTAIN_CATCH_UP_INTERVAL_MS = 1000;
/** Spreads the nodes, which all see a connection go. */
const MISSED_EVENTS_JITTER_MS = 200;

export default function productService(config: Config) {
  const catalogue = new Catalogue(config.currencies);
  let catchUp: CatchUp | undefined;
  let soonestCatchUp = 0;

  return service(product, config, {
    dependencies: ['inventory', 'category'],
    mixins: [
      worker<ProductService>({
        every: CATCH_UP_INTERVAL_MS,
        async run() {
          soonestCatchUp = Date.now() + UNCERTAIN_CATCH_UP_INTERVAL_MS;
          await catchUp?.run();
          if (catchUp?.isUncertain) this.worker.wake(soonestCatchUp);
        },
      }),
      onMissedEvents<ProductService>(function () {
        catchUp?.noteMissedEvents();
        this.worker.wake(Math.max(soonestCatchUp, Date.now()) + MISSED_EVENTS_JITTER_MS * Math.random());
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
      catchUp = new CatchUp(catalogue, this.store, this.broker, startPriceClock(this));
      await catchUp.load();
    },
  });
}
