import type { Product } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import { FacetValues } from './facet-values.ts';
import type { PostingList } from './posting-list.ts';
import { foldText } from './tokenizer.ts';

export type AttributePair = readonly [name: string, value: string];

/** All name-value pairs of a product: its attributes and the options of its variants, each pair once. */
export function attributePairsOf({ attributes, variants }: Pick<Product, 'attributes' | 'variants'>): AttributePair[] {
  const all = new Map<string, AttributePair>();
  for (const pairs of [attributes, ...variants.map(({ options }) => options)]) {
    for (const pair of Object.entries(pairs)) all.set(foldText(pair.join('\n')), pair);
  }
  return [...all.values()];
}

/** Posting lists of attributes and options, by name and value. */
export class AttributeIndex {
  /** Products with any value of a name, by name. */
  readonly names = new FacetValues();
  readonly #byName = new Map<string, FacetValues>();

  replace(ordinal: number, before: readonly AttributePair[], after: readonly AttributePair[]): void {
    for (const [name, value] of before) this.valuesOf(name)?.delete(ordinal, value);
    for (const name of namesIn(before)) this.names.delete(ordinal, name);
    for (const name of namesIn(after)) this.names.add(ordinal, name);
    for (const [name, value] of after) {
      const key = foldText(name);
      const values = this.#byName.get(key) ?? new FacetValues();
      values.add(ordinal, value);
      this.#byName.set(key, values);
    }
    for (const [name] of before) if (this.valuesOf(name)?.size === 0) this.#byName.delete(foldText(name));
  }

  valuesOf(name: string): FacetValues | undefined {
    return this.#byName.get(foldText(name));
  }

  anyOf(name: string, values: readonly string[]): BitSet {
    return this.valuesOf(name)?.anyOf(values) ?? new BitSet();
  }

  postingsOf([name, value]: AttributePair): PostingList | undefined {
    return this.valuesOf(name)?.postingsOf(value);
  }
}

/** Each name once, in one spelling. */
const namesIn = (pairs: readonly AttributePair[]): string[] => [
  ...new Map(pairs.map(([name]) => [foldText(name), name])).values(),
];
