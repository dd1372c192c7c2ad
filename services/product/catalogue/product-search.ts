import { countFitting, DEFAULT_PAGE_ITEMS } from '../../../lib/contract/page.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { timeOf } from '../../../lib/contract/time.ts';
import { errors } from '../../shared/problems.ts';
import type { Product } from '../product/product.ts';
import { displayContext, type ProductService, requireSold } from '../product/product-service.ts';
import { type DisplayContext, renderProductCard, renderProductCopy } from '../product/product-view.ts';
import type { productSearchActions } from './product-search.contract.ts';

const DEFAULT_RESULT_COUNT = 8;
/** Parameters allowed with `updatedSince`. A filter would hide from the client that a product no longer matches it. */
const CHANGE_FEED_PARAMS = ['updatedSince', 'currency', 'limit', 'cursor'];

/** The handlers of search, suggestions and related products. */
export const productSearchHandlers: Handlers<typeof productSearchActions, ProductService> = {
  list(ctx) {
    const { limit = DEFAULT_PAGE_ITEMS, cursor, currency: asked, updatedSince, ...query } = ctx.params;
    const context = displayContext(this, asked);
    const { currency } = context;
    if (updatedSince !== undefined) refuseFilters(ctx.params);
    const since = updatedSince === undefined ? undefined : timeOf('updatedSince', updatedSince);
    const pageOf = (size: number) =>
      since === undefined
        ? viewPage(this.catalogue.find(currency, { ...query, limit: size, cursor }), context, renderProductCard)
        : viewPage(this.catalogue.changedSince(currency, since, { limit: size, cursor }), context, renderProductCopy);
    return fitPage(limit, pageOf);
  },

  suggest(ctx) {
    const { q, limit = DEFAULT_RESULT_COUNT, currency } = ctx.params;
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
    const { idOrSlug, limit = DEFAULT_RESULT_COUNT, currency } = ctx.params;
    const context = displayContext(this, currency);
    const product = requireSold(this, idOrSlug, context.currency);
    const found = this.catalogue.related(context.currency, product, limit);
    return { items: found.map((one) => renderProductCard(one, context)) };
  },
};

const viewPage = <P extends { items: Product[] }, V>(
  found: P,
  context: DisplayContext,
  view: (product: Product, context: DisplayContext) => V,
) => ({
  ...found,
  items: found.items.map((product) => view(product, context)),
});

/** The largest page up to `limit` that fits the byte limit of a response. Its cursor points behind its own last item. */
function fitPage<P extends { items: object[] }>(limit: number, pageOf: (size: number) => P): P {
  const page = pageOf(limit);
  const fittingCount = countFitting(page.items);
  return fittingCount < page.items.length ? fitPage(fittingCount, pageOf) : page;
}

function refuseFilters(params: object): void {
  const filters = Object.keys(params).filter((name) => !CHANGE_FEED_PARAMS.includes(name));
  if (filters.length === 0) return;
  const detail = (name: string) => `${name} cannot be combined with updatedSince.`;
  throw errors.invalidRequest(filters.map((name) => ({ pointer: `/${name}`, detail: detail(name) })));
}
