import type { Versioned } from '../../../mixins/store/patch.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { newStock, type Stock } from '../inventory/stock.ts';
import { PRODUCT_DEFAULTS, type Product } from '../product/product.ts';
import { pricesIn } from './price-lists.ts';
import type { SampleProduct } from './product.ts';

type New<T> = Omit<T, 'rev'>;

/** Above the size of any sample: a larger store is never seeded, and the sample is not generated. */
const MAX_SAMPLE_DOCUMENTS = 5000;

/**
 * Loads sample documents into a store that is empty, or that a killed process left half loaded. Several nodes may do so
 * concurrently: sample documents have the same ids everywhere.
 */
export async function seed<T extends Versioned>(store: Store<T>, make: () => Promise<New<T>[]>): Promise<void> {
  const count = await store.count();
  if (count > MAX_SAMPLE_DOCUMENTS) return;
  const sample = await make();
  const [first] = sample;
  if (count === 0 || (count < sample.length && first && (await store.get(first._id)))) await store.insertNew(sample);
}

/** @param currencies the default currency first, then those of the other price lists */
export async function sampleProducts([currency = 'EUR', ...others]: readonly string[]): Promise<New<Product>[]> {
  return (await loadSample(currency)).products.map((product) => toProduct(product, others));
}

export async function sampleStock(currency: string): Promise<New<Stock>[]> {
  return (await loadSample(currency)).products.flatMap(stockOf);
}

/** The stock documents of a sample product. */
export const stockOf = ({ _id: productId, variants, updatedAt }: SampleProduct): New<Stock>[] =>
  variants.map(({ sku, stock }) => newStock(sku, productId, stock, updatedAt));

/** The product document of a sample, with prices in the other currencies; the inventory stores its stock. */
export function toProduct(
  { variants, price: _, ...product }: SampleProduct,
  others: readonly string[] = [],
): New<Product> {
  return {
    ...PRODUCT_DEFAULTS,
    ...product,
    variants: variants.map(({ stock: _, price, ...variant }) => ({ ...variant, prices: pricesIn(price, others) })),
  };
}

/** Imported on demand: only an empty shop needs the data and faker. */
async function loadSample(currency: string) {
  const { sampleCatalogue } = await import('./catalogue.ts');
  return sampleCatalogue(currency);
}
