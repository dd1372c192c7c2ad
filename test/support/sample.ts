import { sampleCatalogue } from '../../services/product/seed/catalogue.ts';

/** Pieces at the start by SKU, in a shop that was seeded: its public answers do not tell. */
export async function sampleStock(): Promise<Map<string, number>> {
  const { products } = await sampleCatalogue('EUR');
  return new Map(products.flatMap(({ variants }) => variants.map(({ sku, stock }) => [sku, stock])));
}

/** A list whose products have their variants too. */
export const CATALOGUE_COPY = 'GET /v1/products?updatedSince=1970-01-01T00:00:00Z&limit=100';

/** The SKUs of these products of which there are more than so many pieces at the start. */
export async function plentiful(products: readonly { variants: readonly { sku: string }[] }[], pieces: number) {
  const stock = await sampleStock();
  const skus = products.flatMap(({ variants }) => variants.map(({ sku }) => sku));
  return skus.filter((sku) => (stock.get(sku) ?? 0) > pieces);
}
