import { opening, productOf, type SampleProduct, sampleId } from './product.ts';
import { ranges } from './ranges/index.ts';

export { bulkProducts } from './bulk.ts';
export type { SampleProduct } from './product.ts';

export interface SampleCategory {
  /** `cat_<ULID>`. */
  _id: string;
  slug: string;
  title: string;
  description: string;
  /** Place in the menu, from 1. */
  position: number;
}

const seed = 20_240_229;

/**
 * The shop's sample categories and products, the same on every machine and in every run. Prices are in minor units of
 * `currency` (ISO 4217).
 */
export async function sampleCatalogue(
  currency: string,
): Promise<{ categories: SampleCategory[]; products: SampleProduct[] }> {
  // Slow to import, and needed only to seed an empty shop.
  const { SimpleFaker } = await import('@faker-js/faker');
  const faker = new SimpleFaker({ seed });
  const categories = ranges.map(({ slug, title, description }, index) => ({
    _id: sampleId('cat', opening, faker),
    slug,
    title,
    description,
    position: index + 1,
  }));
  const products = ranges.flatMap((range) =>
    range.items.map((item) => productOf(range, item, item.title.split(' ', 1).join(), currency, faker)),
  );
  return { categories, products };
}
