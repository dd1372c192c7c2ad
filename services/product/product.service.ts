import type { Config } from '../../lib/config.ts';
import { errors } from '../../lib/errors.ts';
import { DEFAULT_LIMIT } from '../../lib/page.ts';
import { type Self, service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { type Worker, worker } from '../../mixins/worker.ts';
import { Catalogue } from './catalogue.ts';
import { catchUp, loadAll } from './catch-up.ts';
import { product } from './product.contract.ts';
import type { Product } from './product.ts';
import { offerOf, productCard, productView, type Sight } from './product-view.ts';
import { sampleProducts, seed } from './seed/load.ts';

/** The projection is never older than twice this, in ms, whatever events were lost. */
const CATCH_UP_PAUSE = 1000;

type This = Self<{ store: Store<Product>; worker: Worker }>;

export default function productService(config: Config) {
  const catalogue = new Catalogue(config.currency);
  /** What is shown in a currency, the shop's own unless it is said. @throws unknown-currency */
  const sightIn = (currency: string = config.currency): Sight => {
    if (!config.currencies.includes(currency)) throw errors.unknownCurrency(currency, config.currencies);
    return { currency, levels: catalogue.levels };
  };
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
        const { limit = DEFAULT_LIMIT, currency, ...query } = ctx.params;
        const sight = sightIn(currency);
        const { items, nextCursor } = catalogue.find({ ...query, limit });
        return { items: items.map((product) => productCard(product, sight)), nextCursor };
      },

      get(ctx) {
        const found = catalogue.get(ctx.params.idOrSlug);
        if (!found) throw errors.notFound('This product');
        return productView(found, sightIn(ctx.params.currency));
      },

      lookup(ctx) {
        const found = [...new Set(ctx.params.ids)].map((id) => catalogue.get(id));
        const sight = sightIn(ctx.params.currency);
        return { items: found.flatMap((product) => (product ? [productCard(product, sight)] : [])) };
      },

      offers(ctx) {
        const sight = sightIn(ctx.params.currency);
        return ctx.params.skus.flatMap((sku) => {
          const sold = catalogue.sold(sku);
          return (sold && offerOf(sold.product, sold.variant, sight)) ?? [];
        });
      },
    },

    events: {
      async 'product.changed'(ctx) {
        const changed = await this.store.get(ctx.params.id);
        if (changed) catalogue.put(changed);
      },

      'inventory.changed'(ctx) {
        for (const { sku, available, lowAt } of ctx.params.levels) catalogue.setLevel(sku, available, lowAt);
      },
    },

    async started() {
      if (config.seed) await seed(this.store, await sampleProducts(config.currency));
      since = await loadAll(catalogue, this.store, this.broker);
    },
  });
}
