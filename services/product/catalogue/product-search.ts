import { DEFAULT_LIMIT, fitting } from '../../../lib/contract/page.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { timeOf } from '../../../lib/contract/time.ts';
import { errors } from '../../shared/problems.ts';
import { type Product, soldIn } from '../product/product.ts';
import { displayContext, type ProductService } from '../product/product-service.ts';
import { type DisplayContext, productCard, productCopy } from '../product/product-view.ts';
import type { productSearchActions } from './product-search.contract.ts';

const FEW = 8;
/** What goes with `updatedSince`: a filter would keep from a client that something has left it. */
const WHOLE = ['updatedSince', 'currency', 'limit', 'cursor'];

/** The handlers of how shoppers find products. */
export const productSearchHandlers: Handlers<typeof productSearchActions, ProductService> = {
  list(ctx) {
    const { limit = DEFAULT_LIMIT, cursor, currency: asked, updatedSince, ...query } = ctx.params;
    const context = displayContext(this, asked);
    const { currency } = context;
    if (updatedSince !== undefined) refuseOthers(ctx.params);
    const since = updatedSince === undefined ? undefined : timeOf('updatedSince', updatedSince);
    const pageOf = (size: number) =>
      since === undefined
        ? shown(this.catalogue.find(currency, { ...query, limit: size, cursor }), context, productCard)
        : shown(this.catalogue.changedSince(currency, since, { limit: size, cursor }), context, productCopy);
    return withinBytes(limit, pageOf);
  },

  suggest(ctx) {
    const { q, limit = FEW, currency } = ctx.params;
    const found = this.catalogue.suggest(displayContext(this, currency).currency, q, limit);
    return {
      categories: found.categories.map(({ value, count }) => ({
        slug: value,
        title: this.catalogue.titleOf(value),
        count,
      })),
      brands: found.brands,
      products: found.items.map(({ _id: id, slug, title }) => ({ id, slug, title })),
    };
  },

  related(ctx) {
    const { idOrSlug, limit = FEW, currency } = ctx.params;
    const context = displayContext(this, currency);
    const product = this.catalogue.get(idOrSlug);
    if (!product || soldIn(product, context.currency).length === 0) throw errors.notFound('This product');
    const found = this.catalogue.related(context.currency, product, limit);
    return { items: found.map((one) => productCard(one, context)) };
  },
};

const shown = <P extends { items: Product[] }, V>(
  found: P,
  context: DisplayContext,
  view: (product: Product, context: DisplayContext) => V,
) => ({
  ...found,
  items: found.items.map((product) => view(product, context)),
});

/** The page of at most `limit`, or a shorter one that has not too many bytes. Its cursor is that of its own last item. */
function withinBytes<P extends { items: object[] }>(limit: number, pageOf: (size: number) => P): P {
  const page = pageOf(limit);
  const most = fitting(page.items);
  return most < page.items.length ? withinBytes(most, pageOf) : page;
}

function refuseOthers(params: object): void {
  const others = Object.keys(params).filter((name) => !WHOLE.includes(name));
  if (others.length === 0) return;
  const detail = (name: string) => `${name} does not go with updatedSince.`;
  throw errors.invalidRequest(others.map((name) => ({ pointer: `/${name}`, detail: detail(name) })));
}
