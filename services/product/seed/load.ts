import type { Versioned } from '../../../lib/patch.ts';
import type { Store } from '../../../mixins/store.ts';
import type { Category } from '../category.ts';
import { type Product, UNSAID } from '../product.ts';
import { newStock, type Stock } from '../stock.ts';
import type { SampleProduct } from './product.ts';

type New<T> = Omit<T, 'rev'>;

/**
 * Loads sample documents into a store that is empty, or that a killed process left half loaded. Several nodes may do
 * so at once: the sample has the same ids everywhere.
 */
export async function seed<T extends Versioned>(store: Store<T>, sample: New<T>[]): Promise<void> {
  const [first] = sample;
  const count = await store.count();
  if (count === 0 || (count < sample.length && first && (await store.get(first._id)))) await store.insertNew(sample);
}

export async function sampleCategories(currency: string): Promise<New<Category>[]> {
  return (await sample(currency)).categories;
}

export async function sampleProducts(currency: string): Promise<New<Product>[]> {
  return (await sample(currency)).products.map(asProduct);
}

export async function sampleStock(currency: string): Promise<New<Stock>[]> {
  return (await sample(currency)).products.flatMap(({ _id: productId, variants, updatedAt }) =>
    variants.map(({ sku, stock }) => newStock(sku, productId, stock, updatedAt)),
  );
}

/** A sample product as it is stored; its stock is the inventory's. */
export function asProduct({ variants, price: _, ...product }: SampleProduct): New<Product> {
  return {
    ...UNSAID,
    ...product,
    variants: variants.map(({ stock: _, price: { amount, currency }, ...variant }) => ({
      ...variant,
      prices: { [currency]: { amount } },
    })),
  };
}

/** Imported only here: nobody else needs the data, or faker. */
async function sample(currency: string) {
  const { sampleCatalogue } = await import('./catalogue.ts');
  return sampleCatalogue(currency);
}
