import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';

/** A category of the shop; its slug is its name for good, so that moving it changes no product. */
export interface Category {
  title: string;
  description: string;
  /** The slug of the one that it is in; null at the top. */
  parent: string | null;
  /** Where it stands among its siblings. */
  position: number;
}

/** Categories by slug. */
export type Tree = Readonly<Record<string, Category>>;

/** All categories in one document: a move that would close a circle cannot slip in beside another. */
export interface CategoryTree {
  _id: string;
  rev: number;
  categories: Record<string, Category>;
}

/** The id of the one document. */
export const TREE = 'tree';
const MOST = 2000;
const DEEPEST = 8;

export const emptyTree = (_id: string): CategoryTree => ({ _id, rev: 0, categories: {} });

/** The slugs from the top down to a category, itself included; none for one that there is not. */
export function pathOf(tree: Tree, slug: string): string[] {
  const path: string[] = [];
  for (let at: string | null = slug; at !== null; ) {
    const category: Category | undefined = Object.hasOwn(tree, at) ? tree[at] : undefined;
    if (!category || path.length > DEEPEST) break;
    path.unshift(at);
    at = category.parent;
  }
  return path;
}

/** All slugs in the order of the shop: each category before what is in it, siblings by position. */
export function inOrder(tree: Tree): string[] {
  const children = childrenOf(tree);
  const below = (slug: string): string[] => [slug, ...(children.get(slug) ?? []).flatMap(below)];
  return (children.get(null) ?? []).flatMap(below);
}

/** How many products are in each category and all that is in it, from how many are in each by itself. */
export function totals(tree: Tree, counts: ReadonlyMap<string, number>): Map<string, number> {
  const found = new Map<string, number>(Object.keys(tree).map((slug) => [slug, 0]));
  for (const [slug, count] of counts) {
    for (const above of pathOf(tree, slug)) found.set(above, (found.get(above) ?? 0) + count);
  }
  return found;
}

/** Adds a category, behind its siblings unless it is said. @throws slug-taken, not-found for the parent, limit-reached */
export function added(
  { categories }: Readonly<CategoryTree>,
  slug: string,
  given: Omit<Category, 'position'> & { position?: number | undefined },
): Decision<undefined> {
  if (Object.hasOwn(categories, slug)) throw errors.slugTaken(slug);
  if (Object.keys(categories).length >= MOST) throw errors.limitReached(`A shop may have ${MOST} categories.`);
  checkPlace(categories, slug, given.parent);
  const { title, description, parent, position = lastIn(categories, parent) + 1 } = given;
  return { answer: undefined, patch: { [`categories.${slug}`]: { title, description, parent, position } } };
}

/** Changes what is said of a category, or moves it. @throws not-found, category-cycle, limit-reached */
export function edited(
  { categories }: Readonly<CategoryTree>,
  slug: string,
  given: { [F in keyof Category]?: Category[F] | undefined },
): Decision<undefined> {
  const known = Object.hasOwn(categories, slug) ? categories[slug] : undefined;
  if (!known) throw errors.notFound(`The category ${slug}`);
  const parent = given.parent === undefined ? known.parent : given.parent;
  const isMoved = parent !== known.parent;
  if (isMoved) checkPlace(categories, slug, parent);
  const position = given.position ?? (isMoved ? lastIn(categories, parent) + 1 : known.position);
  const { title = known.title, description = known.description } = given;
  return { answer: undefined, patch: { [`categories.${slug}`]: { title, description, parent, position } } };
}

/** Removes a category that has no others in it. Again changes nothing. @throws category-not-empty */
export function removed({ categories }: Readonly<CategoryTree>, slug: string): Decision<undefined> {
  if (!Object.hasOwn(categories, slug)) return { answer: undefined };
  const inside = Object.values(categories).filter(({ parent }) => parent === slug).length;
  if (inside > 0) throw errors.categoryNotEmpty(`${inside} categories are in it.`);
  return { answer: undefined, patch: { [`categories.${slug}`]: undefined } };
}

function checkPlace(tree: Tree, slug: string, parent: string | null): void {
  if (parent === null) return;
  const above = pathOf(tree, parent);
  if (above.length === 0) throw errors.notFound(`The category ${parent}`);
  if (above.includes(slug)) throw errors.categoryCycle(slug, parent);
  if (above.length + heightOf(tree, slug) > DEEPEST) {
    throw errors.limitReached(`Categories may be nested ${DEEPEST} deep.`);
  }
}

/** How many levels a category has, itself included. */
function heightOf(tree: Tree, slug: string): number {
  const children = childrenOf(tree);
  const height = (at: string): number => 1 + Math.max(0, ...(children.get(at) ?? []).map(height));
  return height(slug);
}

function childrenOf(tree: Tree): Map<string | null, string[]> {
  const children = new Map<string | null, string[]>();
  const all = Object.entries(tree).sort(([a, x], [b, y]) => x.position - y.position || (a < b ? -1 : 1));
  for (const [slug, { parent }] of all) children.set(parent, [...(children.get(parent) ?? []), slug]);
  return children;
}

const lastIn = (tree: Tree, parent: string | null): number =>
  Math.max(0, ...Object.values(tree).flatMap((one) => (one.parent === parent ? [one.position] : [])));
