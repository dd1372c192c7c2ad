import type { BitSet } from './bit-set.ts';
import { NameIndex } from './name-index.ts';
import { PostingList } from './posting-list.ts';
import { tokenize } from './tokenizer.ts';

/** The fields of the category tree that the index needs, by slug. */
export type CategoryNodes = Readonly<Record<string, { parent: string | null; title: string; position: number }>>;

/**
 * Products by category. A product stores only its own category and the tree has the hierarchy, so moving or renaming a
 * category changes no product. A category missing from the tree counts as a root without children.
 */
export class CategoryIndex {
  readonly #direct = new Map<string, PostingList>();
  #tree: CategoryNodes = {};
  #children = new Map<string, string[]>();
  /** Slugs by the words of the slug and the title. */
  names = new NameIndex();

  setTree(tree: CategoryNodes): void {
    this.#tree = tree;
    this.#children = new Map();
    this.names = new NameIndex();
    for (const slug of new Set([...Object.keys(tree), ...this.#direct.keys()])) {
      const { parent = null } = this.#node(slug) ?? {};
      if (parent !== null) this.#children.set(parent, [...(this.#children.get(parent) ?? []), slug]);
      this.#indexName(slug);
    }
  }

  replace(ordinal: number, before: string | undefined, after: string | undefined): void {
    if (before === after) return;
    if (before !== undefined) this.#direct.get(before)?.delete(ordinal);
    if (after === undefined) return;
    const known = this.#direct.get(after);
    const postings = known ?? new PostingList();
    postings.add(ordinal);
    if (known) return;
    this.#direct.set(after, postings);
    if (!this.#node(after)) this.#indexName(after);
  }

  titleOf(slug: string): string {
    return this.#node(slug)?.title ?? slug;
  }

  /** Slugs from a category up to its root. */
  pathOf(slug: string): string[] {
    const path: string[] = [];
    for (let next: string | null = slug; next !== null && !path.includes(next); ) {
      path.push(next);
      next = this.#node(next)?.parent ?? null;
    }
    return path;
  }

  /** Adds the products of a category and its subcategories to a set. */
  addTo(slug: string, set: BitSet): void {
    for (const one of this.#subtreeOf(slug)) this.#direct.get(one)?.addTo(set);
  }

  /** Number of products of a set per category, subcategories included; without zeros. */
  countsIn(set: BitSet): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [slug, postings] of this.#direct) {
      const own = postings.countIn(set);
      if (own > 0) for (const one of this.pathOf(slug)) counts.set(one, (counts.get(one) ?? 0) + own);
    }
    return counts;
  }

  /** Number of products per category, without subcategories. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#direct].map(([slug, { size }]) => [slug, size]));
  }

  #subtreeOf(slug: string): Set<string> {
    const found = new Set([slug]);
    for (const one of found) for (const child of this.#children.get(one) ?? []) found.add(child);
    return found;
  }

  #node(slug: string) {
    return Object.hasOwn(this.#tree, slug) ? this.#tree[slug] : undefined;
  }

  #indexName(slug: string): void {
    this.names.add(slug, tokenize(`${slug} ${this.titleOf(slug)}`));
  }
}
