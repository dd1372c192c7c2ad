import type { Rpc } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { category } from './category.contract.ts';
import {
  addCategory,
  type CategoriesBySlug,
  type CategoryTree,
  editCategory,
  emptyTree,
  removeCategory,
  TREE_ID,
} from './category-tree.ts';
import { categoryList, categoryPage, categoryView } from './category-view.ts';

export default function categoryService(config: Config) {
  const readTree = async (trees: Store<CategoryTree>): Promise<CategoriesBySlug> =>
    (await trees.get(TREE_ID))?.categories ?? {};
  /** Number of products per category, without subcategories. */
  const readCounts = async (rpc: Rpc) => new Map(Object.entries(await rpc.call('product.counts')));

  return service(category, config, {
    mixins: [
      store<CategoryTree>(config, {
        node: 'product',
        collection: 'categories',
        create: emptyTree,
        written({ rev }) {
          this.broker.broadcast('category.changed', { rev });
        },
      }),
    ],

    handlers: {
      async list(ctx) {
        const [tree, counts] = [await readTree(this.store), await readCounts(ctx)];
        return { items: categoryList(tree, counts), nextCursor: null };
      },

      async get(ctx) {
        const [tree, counts] = [await readTree(this.store), await readCounts(ctx)];
        if (!Object.hasOwn(tree, ctx.params.slug)) throw errors.notFound('This category');
        return categoryPage(tree, counts, ctx.params.slug);
      },

      async create(ctx) {
        const { slug, description = '', parent = null, ...rest } = ctx.params;
        await this.store.change(TREE_ID, (tree) => addCategory(tree, slug, { ...rest, description, parent }));
        const tree = await readTree(this.store);
        recordChange(ctx, null, tree[slug] ?? null);
        return categoryView(tree, await readCounts(ctx), slug);
      },

      async edit(ctx) {
        const { slug, ...fields } = ctx.params;
        const before = (await readTree(this.store))[slug] ?? null;
        await this.store.change(TREE_ID, (tree) => editCategory(tree, slug, fields));
        const tree = await readTree(this.store);
        recordChange(ctx, before, tree[slug] ?? null);
        return categoryView(tree, await readCounts(ctx), slug);
      },

      async remove(ctx) {
        const { slug } = ctx.params;
        const before = (await readTree(this.store))[slug] ?? null;
        const { count } = await ctx.call('product.inCategory', { slug });
        if (count > 0) throw errors.categoryNotEmpty(`${count} products are in it, drafts and archived ones included.`);
        await this.store.change(TREE_ID, (tree) => removeCategory(tree, slug));
        recordChange(ctx, before, null);
      },

      async exists(ctx) {
        const { slug } = ctx.params;
        if (Object.hasOwn(await readTree(this.store), slug)) return;
        throw errors.invalidField('/category', `There is no category ${slug}.`);
      },

      async tree(ctx) {
        const { rev, categories } = (await this.store.get(TREE_ID)) ?? emptyTree(TREE_ID);
        return rev === ctx.params.rev ? null : { rev, categories };
      },
    },

    async started() {
      if (!config.seed || (await this.store.get(TREE_ID))) return;
      // Imported on demand: only an empty shop needs the sample data.
      const { sampleTree } = await import('../seed/departments.ts');
      await this.store.insert({ _id: TREE_ID, categories: sampleTree() });
    },
  });
}
