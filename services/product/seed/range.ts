/**
 * One value a customer may choose: its name, or its name with what it adds to the price (minor units) and to the weight
 * (grams).
 */
export type Choice = string | readonly [name: string, extra: number, grams?: number];

/** A product as its buyer wrote it down; stock, dates and ids are made up when the catalogue is. */
export interface Item {
  /** The first word names the product's line and is unique in its range: it becomes part of the SKU. */
  title: string;
  /** Minor units, of the cheapest variant. */
  price: number;
  /** Grams, of the lightest variant. */
  weight: number;
  attributes: Record<string, string>;
  /** At most two kinds of choice, such as colour and size; a variant is made of every combination. */
  choices?: Record<string, readonly Choice[]>;
  /** The sentence that is true of this product only. */
  text: string;
}

/** A category and everything sold in it. */
export interface Range {
  slug: string;
  /** The three letters its SKUs begin with. */
  code: string;
  title: string;
  description: string;
  brands: readonly string[];
  /** What the only variant of a product without choices is called. */
  single: string;
  /** Sentences that are true of every item. */
  notes: readonly string[];
  items: readonly Item[];
}
