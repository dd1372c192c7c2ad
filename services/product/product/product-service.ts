import type { Self } from '../../../lib/contract/mixin.ts';
import type { Config } from '../../../lib/process/config.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { errors } from '../../shared/problems.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Product } from './product.ts';
import type { DisplayContext } from './product-view.ts';

/** What the `product` service has besides what Moleculer gives it. */
export interface ProductParts {
  store: Store<Product>;
  worker: Worker;
  shop: Config;
  catalogue: Catalogue;
  /** Tells the projections of products that were just stored: this node's with them, the others' by an event. */
  added(products: readonly Product[]): Promise<void>;
  /** Opens the stock of a product's SKUs; see unopened.ts for when that fails. */
  opened(product: Product): Promise<void>;
}

/** The `product` service, as its handlers see it. */
export type ProductService = Self<ProductParts>;

/** What is shown in a currency, the shop's own unless it is said. @throws unknown-currency */
export function displayContext({ shop, catalogue }: ProductParts, currency: string = shop.currency): DisplayContext {
  if (!shop.currencies.includes(currency)) throw errors.unknownCurrency(currency, shop.currencies);
  return { currency, levels: catalogue.levels };
}
