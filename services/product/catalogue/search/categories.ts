import type { BitSet } from './bit-set.ts';
import { Names } from './names.ts';
import { Postings } from './postings.ts';
import { wordsOf } from './words.ts';

/** The tree of categories, by slug. */
export type Tree = Readonly<Record<string, { parent: string | null; title: string; position: number }>>;

/**
 * Which products are in which category. A product knows its own category alone, and the tree the rest: to move or to
 * rename a category touches no product. A category that the tree does not have stands by itself.
 */
export class Categories {
  readonly #direct = new Map<string, Postings>();
  #tree: Tree = {};
  #children = new Map<string, string[]>();
  /** The slugs, by their own words and those of their titles. */
  names = new Names();

  setTree(tree: Tree): void {
    this.#tree = tree;
    this.#children = new Map();
    this.names = new Names();
    for (const slug of new Set([...Object.keys(tree), ...this.#direct.keys()])) {
      const { parent = null } = this.#node(slug) ?? {};
      if (parent !== null) this.#children.set(parent, [...(this.#children.get(parent) ?? []), slug]);
      this.#name(slug);
    }
  }

  replace(ordinal: number, before: string | undefined, after: string | undefined): void {
    if (before === after) return;
    if (before !== undefined) this.#direct.get(before)?.delete(ordinal);
    if (after === undefined) return;
    const known = this.#direct.get(after);
    const postings = known ?? new Postings();
    postings.add(ordinal);
    if (known) return;
    this.#direct.set(after, postings);
    if (!this.#node(after)) this.#name(after);
  }

  titleOf(slug: string): string {
    return this.#node(slug)?.title ?? slug;
  }

  /** A category and its ancestors, itself first. */
  path(slug: string): string[] {
    const path: string[] = [];
    for (let next: string | null = slug; next !== null && !path.includes(next); ) {
      path.push(next);
      next = this.#node(next)?.parent ?? null;
    }
    return path;
  }

  /** Adds the products of a category and of all below it. */
  addTo(slug: string, set: BitSet): void {
    for (const one of this.#below(slug)) this.#direct.get(one)?.addTo(set);
  }

  /** How many of a set each category has, all below it included; those with none are left out. */
  countsIn(set: BitSet): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [slug, postings] of this.#direct) {
      const own = postings.countIn(set);
      if (own > 0) for (const one of this.path(slug)) counts.set(one, (counts.get(one) ?? 0) + own);
    }
    return counts;
  }

  /** How many products each category has itself. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#direct].map(([slug, { size }]) => [slug, size]));
  }

  #below(slug: string): Set<string> {
    const found = new Set([slug]);
    for (const one of found) for (const child of this.#children.get(one) ?? []) found.add(child);
    return found;
  }

  #node(slug: string) {
    return Object.hasOwn(this.#tree, slug) ? this.#tree[slug] : undefined;
  }

  #name(slug: string): void {
    this.names.name(slug, wordsOf(`${slug} ${this.titleOf(slug)}`));
  }
}
