import { named } from '../../../lib/contract/named.ts';
import { pageParams } from '../../../lib/contract/page.ts';
import { publicRead } from '../../../lib/contract/presets.ts';
import { timeRule } from '../../../lib/contract/time.ts';
import { currencyParam, listedProduct, productCardList } from '../product/product.rules.ts';
import { PRODUCT_SORTS } from './search/query.ts';

const text = { type: 'string', trim: true, max: 200 } as const;
const price = { type: 'number', integer: true, min: 0, max: 1_000_000_000_000, optional: true } as const;
/** The name of an attribute or option; the pattern excludes operators of the database and JavaScript's own names. */
const name = { type: 'string', pattern: /^[\p{L}\p{N}][\p{L}\p{N} _-]{0,39}$/u } as const;
const values = { type: 'array', items: { type: 'string', min: 1, max: 200 }, min: 1, max: 20 } as const;
const few = { type: 'number', integer: true, min: 1, max: 20, optional: true } as const;

const counts = {
  type: 'array',
  items: named('FacetCount', { type: 'object', props: { value: 'string', count: 'number' } }),
} as const;

const read = { ...publicRead, timeout: 1000 } as const;

/** How shoppers find products; part of the `product` contract. */
export const productSearchActions = {
  list: {
    ...read,
    summary: 'Search products, with filters, sorting and facets, or list what has changed',
    rest: 'GET /v1/products',
    params: {
      q: { ...text, optional: true },
      category: { type: 'string', max: 120, optional: true },
      brand: { ...values, optional: true },
      attr: { type: 'record', key: name, value: values, optional: true },
      minPrice: price,
      maxPrice: price,
      inStock: { type: 'boolean', optional: true },
      rating: { type: 'number', min: 1, max: 5, optional: true },
      sort: { type: 'enum', values: PRODUCT_SORTS, optional: true },
      facets: { type: 'string', max: 1000, optional: true },
      currency: currencyParam,
      updatedSince: { ...timeRule, optional: true },
      ...pageParams,
    },
    returns: named('ProductList', {
      type: 'object',
      props: {
        items: { type: 'array', items: listedProduct },
        nextCursor: { type: 'string', nullable: true },
        /** Number of products on all pages. */
        total: 'number',
        /** By requested facet name. */
        facets: { type: 'record', key: 'string', value: counts, optional: true },
        /** With `updatedSince`: ids of products no longer sold. */
        gone: { type: 'array', items: 'string', optional: true },
      },
    }),
    problems: ['unknown-currency'],
    nearCache: { ttl: 1000, dropOn: {} },
  },
  suggest: {
    ...read,
    summary: 'Suggest products, categories and brands while a search is typed',
    rest: 'GET /v1/products/suggest',
    params: { q: { ...text, min: 1 }, limit: few, currency: currencyParam },
    returns: named('ProductSuggestions', {
      type: 'object',
      props: {
        categories: {
          type: 'array',
          items: { type: 'object', props: { slug: 'string', title: 'string', count: 'number' } },
        },
        brands: counts,
        products: {
          type: 'array',
          items: { type: 'object', props: { id: 'string', slug: 'string', title: 'string' } },
        },
      },
    }),
    problems: ['unknown-currency'],
    nearCache: { ttl: 1000, dropOn: {} },
  },
  related: {
    ...read,
    summary: 'List related products of the same category, the most similar first',
    rest: 'GET /v1/products/:idOrSlug/related',
    params: { idOrSlug: { type: 'string', max: 128 }, limit: few, currency: currencyParam },
    returns: productCardList,
    problems: ['not-found', 'unknown-currency'],
    nearCache: { ttl: 1000, dropOn: {} },
  },
} as const;
