import { type ActionsOf, contract, type EventsOf } from '../../lib/contract.ts';
import { moneyRule } from '../../lib/money.ts';
import { pageOf, pageParams } from '../../lib/page.ts';
import { readyAction } from '../ready.ts';

const labels = { type: 'record', key: 'string', value: 'string' } as const;
const availability = { type: 'enum', values: ['in_stock', 'low_stock', 'out_of_stock'] } as const;

const variant = {
  type: 'object',
  props: {
    sku: 'string',
    title: 'string',
    options: labels,
    price: moneyRule,
    availability,
    available: 'number',
  },
} as const;

const productView = {
  type: 'object',
  props: {
    id: 'string',
    slug: 'string',
    title: 'string',
    description: 'string',
    brand: 'string',
    category: 'string',
    attributes: labels,
    price: moneyRule,
    variants: { type: 'array', items: variant },
    createdAt: 'string',
  },
} as const;

const offer = {
  type: 'object',
  props: {
    sku: 'string',
    productId: 'string',
    slug: 'string',
    title: 'string',
    variant: 'string',
    category: 'string',
    /** In grams. */
    weight: 'number',
    price: moneyRule,
    availability,
    available: 'number',
  },
} as const;

export const product = contract(
  'product',
  {
    ready: readyAction,
    list: {
      summary: 'Products, by category and words',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      timeout: 1000,
      rest: 'GET /v1/products',
      params: {
        category: { type: 'string', max: 64, optional: true },
        q: { type: 'string', trim: true, max: 200, optional: true },
        sort: {
          type: 'enum',
          values: ['relevance', 'popularity', 'newest', 'price', '-price'],
          optional: true,
        },
        ...pageParams,
      },
      returns: pageOf(productView),
      nearCache: { ttl: 1000, dropOn: {} },
    },
    get: {
      summary: 'A product, by its id or slug',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      timeout: 1000,
      rest: 'GET /v1/products/:idOrSlug',
      params: { idOrSlug: { type: 'string', max: 128 } },
      returns: productView,
      problems: ['not-found'],
      nearCache: { ttl: 1000, dropOn: { 'product.changed': 'id', 'inventory.changed': 'levels.productId' } },
    },
    offers: {
      summary: 'What the given SKUs are and cost now; those that are not sold are left out',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      timeout: 1000,
      params: { skus: { type: 'array', items: 'string', max: 200 } },
      returns: { type: 'array', items: offer },
    },
  },
  {
    changed: { summary: 'A product is new or different: a hint, not a promise', params: { id: 'string' } },
  },
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof product> {}
  interface Events extends EventsOf<typeof product> {}
}
