import type { Self } from '../../../lib/contract/mixin.ts';
import type { Config } from '../../../lib/process/config.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { errors } from '../../shared/problems.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Product, soldIn } from './product.ts';
import type { DisplayContext } from './product-view.ts';

/** Properties that the `product` service adds to Moleculer's. */
export interface ProductParts {
  store: Store<Product>;
  worker: Worker;
  shop: Config;
  catalogue: Catalogue;
  /** Announces new products: this node's projection gets the documents, the other nodes an event. */
  announceNew(products: readonly Product[]): Promise<void>;
  /** Opens the stock of a product's SKUs; if it fails, catalogue/missing-stock.ts repeats it. */
  openStockOf(product: Product): Promise<void>;
}

/** The `product` service, as its handlers see it. */
export type ProductService = Self<ProductParts>;

/** The product with an id or slug. @throws not-found if it is not sold in the currency */
export function requireSold({ catalogue }: ProductParts, idOrSlug: string, currency: string): Product {
  const product = catalogue.get(idOrSlug);
  if (!product || soldIn(product, currency).length === 0) throw errors.notFound('This product');
  return product;
}

/** The display context of a currency, by default the shop's first. @throws unknown-currency */
export function displayContext({ shop, catalogue }: ProductParts, currency: string = shop.currency): DisplayContext {
  if (!shop.currencies.includes(currency)) throw errors.unknownCurrency(currency, shop.currencies);
  return { currency, levels: catalogue.levels };
}
