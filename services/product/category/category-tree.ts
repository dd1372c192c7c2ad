import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';

/** A category of the shop. Its slug never changes, so moving it changes no product. */
export interface Category {
  title: string;
  description: string;
  /** Slug of the parent category; null for a root. */
  parent: string | null;
  /** Order among siblings, ascending. */
  position: number;
}

export type CategoriesBySlug = Readonly<Record<string, Category>>;

/** All categories in one document, so that two concurrent moves cannot form a cycle. */
export interface CategoryTree {
  _id: string;
  rev: number;
  categories: Record<string, Category>;
}

/** Id of the only document. */
export const TREE_ID = 'tree';
const MAX_CATEGORIES = 2000;
/** Levels of the tree, roots included. */
const MAX_DEPTH = 8;

export const emptyTree = (_id: string): CategoryTree => ({ _id, rev: 0, categories: {} });

/** Slugs from the root down to a category, itself included; empty for an unknown category. */
export function pathOf(tree: CategoriesBySlug, slug: string): string[] {
  const path: string[] = [];
  for (let at: string | null = slug; at !== null; ) {
    const category: Category | undefined = Object.hasOwn(tree, at) ? tree[at] : undefined;
    if (!category || path.length > MAX_DEPTH) break;
    path.unshift(at);
    at = category.parent;
  }
  return path;
}

/** All slugs depth-first: a category before its subcategories, siblings by position. */
export function slugsInOrder(tree: CategoriesBySlug): string[] {
  const children = childrenOf(tree);
  const subtreeOf = (slug: string): string[] => [slug, ...(children.get(slug) ?? []).flatMap(subtreeOf)];
  return (children.get(null) ?? []).flatMap(subtreeOf);
}

/** Number of products per category, subcategories included. @param counts per category, without subcategories */
export function countsWithSubcategories(
  tree: CategoriesBySlug,
  counts: ReadonlyMap<string, number>,
): Map<string, number> {
  const found = new Map<string, number>(Object.keys(tree).map((slug) => [slug, 0]));
  for (const [slug, count] of counts) {
    for (const one of pathOf(tree, slug)) found.set(one, (found.get(one) ?? 0) + count);
  }
  return found;
}

/** Adds a category, by default behind its siblings. @throws slug-taken, not-found for the parent, limit-reached */
export function addCategory(
  { categories }: Readonly<CategoryTree>,
  slug: string,
  input: Omit<Category, 'position'> & { position?: number | undefined },
): Decision<undefined> {
  if (Object.hasOwn(categories, slug)) throw errors.slugTaken(slug);
  if (Object.keys(categories).length >= MAX_CATEGORIES)
    throw errors.limitReached(`A shop may have at most ${MAX_CATEGORIES} categories.`);
  checkParent(categories, slug, input.parent);
  const { title, description, parent, position = lastPosition(categories, parent) + 1 } = input;
  return { answer: undefined, patch: { [`categories.${slug}`]: { title, description, parent, position } } };
}

/** Changes the fields of a category, or moves it. @throws not-found, category-cycle, limit-reached */
export function editCategory(
  { categories }: Readonly<CategoryTree>,
  slug: string,
  input: { [F in keyof Category]?: Category[F] | undefined },
): Decision<undefined> {
  const current = Object.hasOwn(categories, slug) ? categories[slug] : undefined;
  if (!current) throw errors.notFound(`The category ${slug}`);
  const parent = input.parent === undefined ? current.parent : input.parent;
  const isMoved = parent !== current.parent;
  if (isMoved) checkParent(categories, slug, parent);
  const position = input.position ?? (isMoved ? lastPosition(categories, parent) + 1 : current.position);
  const { title = current.title, description = current.description } = input;
  return { answer: undefined, patch: { [`categories.${slug}`]: { title, description, parent, position } } };
}

/** Removes a category without subcategories; idempotent. @throws category-not-empty */
export function removeCategory({ categories }: Readonly<CategoryTree>, slug: string): Decision<undefined> {
  if (!Object.hasOwn(categories, slug)) return { answer: undefined };
  const childCount = Object.values(categories).filter(({ parent }) => parent === slug).length;
  if (childCount > 0) throw errors.categoryNotEmpty(`${childCount} categories are in it.`);
  return { answer: undefined, patch: { [`categories.${slug}`]: undefined } };
}

function checkParent(tree: CategoriesBySlug, slug: string, parent: string | null): void {
  if (parent === null) return;
  const ancestors = pathOf(tree, parent);
  if (ancestors.length === 0) throw errors.notFound(`The category ${parent}`);
  if (ancestors.includes(slug)) throw errors.categoryCycle(slug, parent);
  if (ancestors.length + heightOf(tree, slug) > MAX_DEPTH) {
    throw errors.limitReached(`Categories may have at most ${MAX_DEPTH} levels.`);
  }
}

/** Number of levels of a category's subtree, itself included. */
function heightOf(tree: CategoriesBySlug, slug: string): number {
  const children = childrenOf(tree);
  const height = (at: string): number => 1 + Math.max(0, ...(children.get(at) ?? []).map(height));
  return height(slug);
}

function childrenOf(tree: CategoriesBySlug): Map<string | null, string[]> {
  const children = new Map<string | null, string[]>();
  const all = Object.entries(tree).sort(([a, x], [b, y]) => x.position - y.position || (a < b ? -1 : 1));
  for (const [slug, { parent }] of all) children.set(parent, [...(children.get(parent) ?? []), slug]);
  return children;
}

const lastPosition = (tree: CategoriesBySlug, parent: string | null): number =>
  Math.max(0, ...Object.values(tree).flatMap((one) => (one.parent === parent ? [one.position] : [])));
