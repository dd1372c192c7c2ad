import type { Versioned } from '../../../mixins/store/patch.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { newStock, type Stock } from '../inventory/stock.ts';
import { PRODUCT_DEFAULTS, type Product } from '../product/product.ts';
import { pricesIn } from './price-lists.ts';
import type { SampleProduct } from './product.ts';

type New<T> = Omit<T, 'rev'>;

/** More documents than any sample has: where they are, it need not be made. */
const MORE_THAN_ANY = 5000;

/**
 * Loads sample documents into a store that is empty, or that a killed process left half loaded. Several nodes may do
 * so at once: the sample has the same ids everywhere.
 */
export async function seed<T extends Versioned>(store: Store<T>, make: () => Promise<New<T>[]>): Promise<void> {
  const count = await store.count();
  if (count > MORE_THAN_ANY) return;
  const sample = await make();
  const [first] = sample;
  if (count === 0 || (count < sample.length && first && (await store.get(first._id)))) await store.insertNew(sample);
}

/** @param currencies the shop's own first, then the others it has price lists in */
export async function sampleProducts([currency = 'EUR', ...others]: readonly string[]): Promise<New<Product>[]> {
  return (await sample(currency)).products.map((product) => asProduct(product, others));
}

export async function sampleStock(currency: string): Promise<New<Stock>[]> {
  return (await sample(currency)).products.flatMap(stockOf);
}

/** The stock of a sample product's SKUs. */
export const stockOf = ({ _id: productId, variants, updatedAt }: SampleProduct): New<Stock>[] =>
  variants.map(({ sku, stock }) => newStock(sku, productId, stock, updatedAt));

/** A sample product as it is stored, with prices in other currencies too; its stock is the inventory's. */
export function asProduct(
  { variants, price: _, ...product }: SampleProduct,
  others: readonly string[] = [],
): New<Product> {
  return {
    ...PRODUCT_DEFAULTS,
    ...product,
    variants: variants.map(({ stock: _, price, ...variant }) => ({ ...variant, prices: pricesIn(price, others) })),
  };
}

/** Imported only here: nobody else needs the data, or faker. */
async function sample(currency: string) {
  const { sampleCatalogue } = await import('./catalogue.ts');
  return sampleCatalogue(currency);
}
