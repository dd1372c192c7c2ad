/**
 * One value that a customer may choose: its name, or its name with the surcharge (minor units) and the additional weight
 * (grams).
 */
export type Choice = string | readonly [name: string, extra: number, grams?: number];

/** The hand-written part of a sample product; stock, dates and ids are generated. */
export interface RangeItem {
  /** The first word is the product line. It is unique in its range and becomes part of the SKU. */
  title: string;
  /** Of the cheapest variant, in minor units. */
  price: number;
  /** Of the lightest variant, in grams. */
  weight: number;
  attributes: Record<string, string>;
  /** At most two kinds of choice, such as colour and size; every combination is a variant. */
  choices?: Record<string, readonly Choice[]>;
  /** The sentence that is specific to this product. */
  text: string;
}

/** A category with its sample products. */
export interface Range {
  slug: string;
  /** Three letters, the prefix of its SKUs. */
  code: string;
  title: string;
  description: string;
  brands: readonly string[];
  /** Title of the only variant of a product without choices. */
  single: string;
  /** Sentences that apply to every item. */
  notes: readonly string[];
  items: readonly RangeItem[];
}
