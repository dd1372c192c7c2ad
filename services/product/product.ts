import type { Money } from '../../lib/money.ts';

/** One thing that can be bought: a product in one size and colour. */
export interface Variant {
  sku: string;
  title: string;
  options: Record<string, string>;
  price: Money;
  /** In grams. */
  weight: number;
}

export interface Product {
  _id: string;
  rev: number;
  slug: string;
  title: string;
  description: string;
  brand: string;
  /** The category's slug. */
  category: string;
  attributes: Record<string, string>;
  /** That of the cheapest variant. */
  price: Money;
  variants: Variant[];
  status: 'active' | 'archived';
  /** 0 to 1000. */
  popularity: number;
  createdAt: Date;
  updatedAt: Date;
}

const LOW = 5;

/** What `count` pieces left mean to a shopper. */
export function availabilityOf(count: number): 'in_stock' | 'low_stock' | 'out_of_stock' {
  if (count <= 0) return 'out_of_stock';
  return count < LOW ? 'low_stock' : 'in_stock';
}

/** How many pieces of a SKU are available. */
export type Levels = (sku: string) => number;

/** A product as the API shows it. */
export function productView({ _id, ...product }: Product, levels: Levels) {
  const { slug, title, description, brand, category, attributes, price, createdAt } = product;
  return {
    id: _id,
    slug,
    title,
    description,
    brand,
    category,
    attributes,
    price,
    variants: product.variants.map(({ sku, title, options, price }) => {
      const available = levels(sku);
      return { sku, title, options, price, availability: availabilityOf(available), available };
    }),
    createdAt: createdAt.toISOString(),
  };
}

/** What a cart or an order needs to know of a SKU. */
export function offerOf(product: Product, variant: Variant, levels: Levels) {
  const { _id: productId, slug, title, category } = product;
  const { sku, price, weight } = variant;
  const available = levels(sku);
  const goods = { sku, productId, slug, title, variant: variant.title, category, weight, price };
  return { ...goods, availability: availabilityOf(available), available };
}
