import { type CategoriesBySlug, countsWithSubcategories, pathOf, slugsInOrder } from './category-tree.ts';

/** A category with its total product count. @param counts products per category, without subcategories */
export function categoryView(tree: CategoriesBySlug, counts: ReadonlyMap<string, number>, slug: string) {
  return viewWithCounts(tree, countsWithSubcategories(tree, counts), slug);
}

/** All categories, depth-first by position. */
export function categoryList(tree: CategoriesBySlug, counts: ReadonlyMap<string, number>) {
  const totals = countsWithSubcategories(tree, counts);
  return slugsInOrder(tree).map((slug) => viewWithCounts(tree, totals, slug));
}

/** A category with its ancestors and children. */
export function categoryPage(tree: CategoriesBySlug, counts: ReadonlyMap<string, number>, slug: string) {
  const all = categoryList(tree, counts);
  const ancestors = pathOf(tree, slug).slice(0, -1);
  return {
    ...categoryView(tree, counts, slug),
    ancestors: ancestors.flatMap((one) => all.filter((category) => category.slug === one)),
    children: all.filter(({ parent }) => parent === slug),
  };
}

function viewWithCounts(tree: CategoriesBySlug, totals: ReadonlyMap<string, number>, slug: string) {
  const { title, description, parent, position } = tree[slug] ?? {
    title: slug,
    description: '',
    parent: null,
    position: 0,
  };
  return { slug, title, description, parent, path: pathOf(tree, slug), position, count: totals.get(slug) ?? 0 };
}
