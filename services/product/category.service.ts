import type { Config } from '../../lib/config.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { category } from './category.contract.ts';
import { type Category, categoryView } from './category.ts';
import { sampleCategories, seed } from './seed/load.ts';

export default function categoryService(config: Config) {
  return service<{ store: Store<Category> }>()(category, config, {
    mixins: [
      store<Category>(config, {
        node: 'product',
        collection: 'categories',
        indexes: [{ fields: { slug: 1 }, unique: true }],
      }),
    ],

    handlers: {
      async list() {
        const categories = await this.store.find({}, { sort: { position: 1 } });
        return { items: categories.map(categoryView), nextCursor: null };
      },
    },

    async started() {
      if (config.seed) await seed(this.store, await sampleCategories(config.currency));
    },
  });
}
