import type { Product } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import type { Postings } from './postings.ts';
import { Values } from './values.ts';
import { folded } from './words.ts';

export type Label = readonly [name: string, value: string];

/** What a product, or one of its variants, says of itself: attributes and options alike, each pair once. */
export function labelsOf({ attributes, variants }: Pick<Product, 'attributes' | 'variants'>): Label[] {
  const all = new Map<string, Label>();
  for (const labels of [attributes, ...variants.map(({ options }) => options)]) {
    for (const label of Object.entries(labels)) all.set(folded(label.join('\n')), label);
  }
  return [...all.values()];
}

/** Which products have which attributes and options, by name and value. */
export class Labels {
  /** Names, with all who have some value of it. */
  readonly names = new Values();
  readonly #byName = new Map<string, Values>();

  replace(ordinal: number, before: readonly Label[], after: readonly Label[]): void {
    for (const [name, value] of before) this.of(name)?.delete(ordinal, value);
    for (const name of namesIn(before)) this.names.delete(ordinal, name);
    for (const name of namesIn(after)) this.names.add(ordinal, name);
    for (const [name, value] of after) {
      const key = folded(name);
      const values = this.#byName.get(key) ?? new Values();
      values.add(ordinal, value);
      this.#byName.set(key, values);
    }
    for (const [name] of before) if (this.of(name)?.size === 0) this.#byName.delete(folded(name));
  }

  of(name: string): Values | undefined {
    return this.#byName.get(folded(name));
  }

  anyOf(name: string, values: readonly string[]): BitSet {
    return this.of(name)?.anyOf(values) ?? new BitSet();
  }

  /** Those who have a label. */
  postings([name, value]: Label): Postings | undefined {
    return this.of(name)?.of(value);
  }
}

/** Each name once, in one spelling. */
const namesIn = (labels: readonly Label[]): string[] => [
  ...new Map(labels.map(([name]) => [folded(name), name])).values(),
];
