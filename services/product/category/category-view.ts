import { inOrder, pathOf, type Tree, totals } from './category-tree.ts';

/** A category as anyone sees it. @param counts how many products are in each by itself */
export function categoryView(tree: Tree, counts: ReadonlyMap<string, number>, slug: string) {
  return viewFrom(tree, totals(tree, counts), slug);
}

/** All categories, in the order of the shop. */
export function categoryList(tree: Tree, counts: ReadonlyMap<string, number>) {
  const sums = totals(tree, counts);
  return inOrder(tree).map((slug) => viewFrom(tree, sums, slug));
}

/** A category, what it is in, and what is in it. */
export function categoryPage(tree: Tree, counts: ReadonlyMap<string, number>, slug: string) {
  const all = categoryList(tree, counts);
  const above = pathOf(tree, slug).slice(0, -1);
  return {
    ...categoryView(tree, counts, slug),
    ancestors: above.flatMap((one) => all.filter((category) => category.slug === one)),
    children: all.filter(({ parent }) => parent === slug),
  };
}

function viewFrom(tree: Tree, sums: ReadonlyMap<string, number>, slug: string) {
  const { title, description, parent, position } = tree[slug] ?? {
    title: slug,
    description: '',
    parent: null,
    position: 0,
  };
  return { slug, title, description, parent, path: pathOf(tree, slug), position, count: sums.get(slug) ?? 0 };
}
