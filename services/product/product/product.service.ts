import { errors } from '../../../lib/contract/errors.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import { CatchUp } from '../catalogue/catch-up.ts';
import { productSearchHandlers } from '../catalogue/product-search.ts';
import { transferHandlers } from '../import/transfer.ts';
import { imageHandlers } from '../media/images.ts';
import { loadLibrary } from '../media/picture.ts';
import { sampleProducts, seed } from '../seed/load.ts';
import { sampleHandlers } from '../seed/samples.ts';
import { applyDue } from './price-change.ts';
import { product } from './product.contract.ts';
import { type Product, soldIn } from './product.ts';
import { productAdminHandlers } from './product-admin.ts';
import { displayContext, type ProductParts, type ProductService } from './product-service.ts';
import { offerOf, productCard, productView } from './product-view.ts';
import { tallyHandlers } from './tally.ts';

/** The projection is never older than twice this, in ms, whatever events were lost. */
const CATCH_UP_PAUSE = 1000;

export default function productService(config: Config) {
  const catalogue = new Catalogue(config.currencies);
  let catchUp: CatchUp | undefined;
  let repricing: Promise<void> | undefined;

  return service<ProductParts>()(product, config, {
    dependencies: ['inventory', 'category'],
    mixins: [
      worker<ProductService>({
        every: CATCH_UP_PAUSE,
        async run() {
          // Aside: however many prices are due, the projection does not fall behind.
          if (!repricing) {
            repricing = putPricesIntoForce(this.store).finally(() => {
              repricing = undefined;
            });
            this.worker.background(repricing);
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
        const found = catalogue.get(ctx.params.idOrSlug);
        const context = displayContext(this, ctx.params.currency);
        if (!found || soldIn(found, context.currency).length === 0) throw errors.notFound('This product');
        return productView(found, context);
      },

      lookup(ctx) {
        const found = [...new Set(ctx.params.ids)].map((id) => catalogue.get(id));
        const context = displayContext(this, ctx.params.currency);
        return { items: found.flatMap((product) => (product ? [productCard(product, context)] : [])) };
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
          return (sold && offerOf(sold.product, sold.variant, context)) ?? [];
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

    created() {
      this.shop = config;
      this.catalogue = catalogue;
      this.added = async (products) => {
        await catchUp?.apply(products);
        this.broker.broadcast('product.added', { ids: products.map(({ _id }) => _id) });
      };
      this.opened = ({ _id: productId, variants }) =>
        this.broker.call('inventory.open', { items: variants.map(({ sku }) => ({ sku, productId })) });
    },

    async started() {
      // Before this node is offered anything: later, a node that does not answer NATS meanwhile would be dropped.
      if (config.natsUrl) await loadLibrary();
      if (config.seed) await seed(this.store, () => sampleProducts(config.currencies));
      catchUp = new CatchUp(catalogue, this.store, this.broker);
      await catchUp.load();
    },
  });
}

/** Prices whose time has come; on whichever node sees it first. */
async function putPricesIntoForce(products: Store<Product>): Promise<void> {
  const due = await products.find({ nextPriceAt: { $lte: new Date() } }, { fields: ['_id'], limit: 1000 });
  for (const { _id } of due) await products.change(_id, applyDue);
}
