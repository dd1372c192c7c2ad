import { OPENED_AT, productOf, type SampleProduct, sampleId } from './product.ts';
import { ranges } from './ranges/index.ts';

export interface SampleCategory {
  /** `cat_<ULID>`. */
  _id: string;
  slug: string;
  title: string;
  description: string;
  /** Position in the menu, from 1. */
  position: number;
}

const FAKER_SEED = 20_240_229;

/**
 * The sample categories and products, the same on every machine and in every run. Prices are in minor units of
 * `currency` (ISO 4217).
 */
export async function sampleCatalogue(
  currency: string,
): Promise<{ categories: SampleCategory[]; products: SampleProduct[] }> {
  // Only sample data needs it. The package's main module has 80 languages, and takes 50 MB of memory.
  const { faker } = await import('@faker-js/faker/locale/base');
  faker.seed(FAKER_SEED); // shared, but nothing else can draw until this function returns
  const categories = ranges.map(({ slug, title, description }, index) => ({
    _id: sampleId('cat', OPENED_AT, faker),
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
