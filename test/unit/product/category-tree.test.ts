import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addCategory,
  type CategoryTree,
  countsWithSubcategories,
  editCategory,
  emptyTree,
  pathOf,
  removeCategory,
  slugsInOrder,
} from '../../../services/product/category/category-tree.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const SLUGS = ['a', 'b', 'c', 'd', 'e', 'f'];
const slug = fc.constantFrom(...SLUGS);
const parent = fc.option(slug, { nil: null });
const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), slug, parent }),
    fc.record({ kind: fc.constant('move' as const), slug, parent }),
    fc.record({ kind: fc.constant('remove' as const), slug }),
  ),
  { maxLength: 40 },
);

/** The tree after a command, which may be refused. */
function after(tree: CategoryTree, command: { kind: string; slug: string; parent?: string | null }): CategoryTree {
  const { kind, slug, parent = null } = command;
  try {
    const given = { title: slug, description: '', parent };
    const { patch = {} } =
      kind === 'add'
        ? addCategory(tree, slug, given)
        : kind === 'move'
          ? editCategory(tree, slug, { parent })
          : removeCategory(tree, slug);
    const categories = { ...tree.categories };
    for (const [path, value] of Object.entries(patch)) {
      const name = path.slice('categories.'.length);
      if (value === undefined) delete categories[name];
      else categories[name] = value as CategoryTree['categories'][string];
    }
    return { ...tree, categories };
  } catch (error) {
    expect(error).toHaveProperty('type');
    return tree;
  }
}

test('after any additions, moves and removals, every category is reached from the top, once', () => {
  fc.assert(
    fc.property(commands, (all) => {
      let tree = emptyTree('tree');
      for (const command of all) tree = after(tree, command);
      const slugs = Object.keys(tree.categories);
      expect(slugsInOrder(tree.categories).toSorted()).toEqual(slugs.toSorted());
      for (const slug of slugs) expect(pathOf(tree.categories, slug).at(-1)).toBe(slug);
    }),
    { seed },
  );
});

test('a category counts its own products and those of its descendants, each once', () => {
  fc.assert(
    fc.property(commands, fc.dictionary(slug, fc.nat(9)), (all, counted) => {
      let tree = emptyTree('tree');
      for (const command of all) tree = after(tree, command);
      const known = Object.entries(counted).filter(([slug]) => Object.hasOwn(tree.categories, slug));
      const sums = countsWithSubcategories(tree.categories, new Map(known));
      const tops = Object.keys(tree.categories).filter((slug) => tree.categories[slug]?.parent === null);
      const everything = tops.reduce((sum, slug) => sum + (sums.get(slug) ?? 0), 0);
      expect(everything).toBe(known.reduce((sum, [, count]) => sum + count, 0));
    }),
    { seed },
  );
});

test('siblings stand by their position, a moved one behind those that are there', () => {
  let tree = emptyTree('tree');
  for (const slug of ['a', 'b', 'c']) tree = after(tree, { kind: 'add', slug });
  for (const slug of ['d', 'e']) tree = after(tree, { kind: 'add', slug, parent: 'b' });
  expect(slugsInOrder(tree.categories)).toEqual(['a', 'b', 'd', 'e', 'c']);
  tree = after(tree, { kind: 'move', slug: 'a', parent: 'b' });
  expect(slugsInOrder(tree.categories)).toEqual(['b', 'd', 'e', 'a', 'c']);
});
