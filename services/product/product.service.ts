import type { Config } from '../../lib/config.ts';
import { errors } from '../../lib/errors.ts';
import { DEFAULT_LIMIT } from '../../lib/page.ts';
import { type Self, service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { type Worker, worker } from '../../mixins/worker.ts';
import { Catalogue } from './catalogue.ts';
import { catchUp, loadAll } from './catch-up.ts';
import { product } from './product.contract.ts';
import { offerOf, type Product, productView } from './product.ts';
import { sampleProducts, seed } from './seed/load.ts';

/** The projection is never older than twice this, in ms, whatever events were lost. */
const CATCH_UP_PAUSE = 1000;

type This = Self<{ store: Store<Product>; worker: Worker }>;

export default function productService(config: Config) {
  const catalogue = new Catalogue();
  const view = (product: Product) => productView(product, catalogue.levels);
  let since = new Date();

  return service<{ store: Store<Product>; worker: Worker }>()(product, config, {
    dependencies: ['inventory'],
    mixins: [
      worker<This>({
        every: CATCH_UP_PAUSE,
        async run() {
          since = await catchUp(catalogue, this.store, this.broker, since);
        },
      }),
      store<Product>(config, {
        node: 'product',
        collection: 'products',
        indexes: [{ fields: { slug: 1 }, unique: true }, { fields: { updatedAt: 1 } }],
        written({ _id: id }) {
          this.broker.broadcast('product.changed', { id });
        },
      }),
    ],

    handlers: {
      ready() {
        return this.store.ping();
      },

      list(ctx) {
        const { limit = DEFAULT_LIMIT, ...query } = ctx.params;
        const { items, nextCursor } = catalogue.find({ ...query, limit });
        return { items: items.map(view), nextCursor };
      },

      get(ctx) {
        const found = catalogue.get(ctx.params.idOrSlug);
        if (!found) throw errors.notFound('This product');
        return view(found);
      },

      lookup(ctx) {
        const found = [...new Set(ctx.params.ids)].map((id) => catalogue.get(id));
        return { items: found.filter((product) => product !== undefined).map(view) };
      },

      offers(ctx) {
        return ctx.params.skus.flatMap((sku) => {
          const sold = catalogue.sold(sku);
          return sold ? [offerOf(sold.product, sold.variant, catalogue.levels)] : [];
        });
      },
    },

    events: {
      async 'product.changed'(ctx) {
        const changed = await this.store.get(ctx.params.id);
        if (changed) catalogue.put(changed);
      },

      'inventory.changed'(ctx) {
        for (const { sku, available } of ctx.params.levels) catalogue.setLevel(sku, available);
      },
    },

    async started() {
      if (config.seed) await seed(this.store, await sampleProducts(config.currency));
      since = await loadAll(catalogue, this.store, this.broker);
    },
  });
}
