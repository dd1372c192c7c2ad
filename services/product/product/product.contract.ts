import { contract } from '../../../lib/contract/contract.ts';
import { internal, publicRead } from '../../../lib/contract/presets.ts';
import { readyAction } from '../../ready.ts';
import { moneyRule } from '../../shared/money.ts';
import { productSearchActions } from '../catalogue/product-search.contract.ts';
import { transferActions } from '../import/transfer.contract.ts';
import { imageActions } from '../media/images.contract.ts';
import { sampleActions } from '../seed/samples.contract.ts';
import { availability, currencyParam, productCardList, productView } from './product.rules.ts';
import { productAdminActions } from './product-admin.contract.ts';
import { tallyActions } from './tally.contract.ts';

const offer = {
  type: 'object',
  props: {
    sku: 'string',
    productId: 'string',
    slug: 'string',
    title: 'string',
    variant: 'string',
    category: 'string',
    taxClass: 'string',
    /** In grams. */
    weight: 'number',
    requiresShipping: 'boolean',
    price: moneyRule,
    availability,
    /** The pieces that can be reserved now. It is for services: shoppers are told at most a few of them. */
    available: 'number',
  },
} as const;

export const product = contract(
  'product',
  {
    ready: readyAction,
    ...productAdminActions,
    ...sampleActions,
    ...tallyActions,
    ...imageActions,
    ...transferActions,
    ...productSearchActions,
    get: {
      summary: 'Get a product, by its id or slug',
      ...publicRead,
      timeout: 1000,
      rest: 'GET /v1/products/:idOrSlug',
      params: { idOrSlug: { type: 'string', max: 128 }, currency: currencyParam },
      returns: productView,
      problems: ['not-found', 'unknown-currency'],
      nearCache: { ttl: 5000, dropOn: { 'product.changed': 'id', 'inventory.changed': 'levels.productId' } },
    },
    lookup: {
      summary: 'Get products by their ids; those that are not sold are left out',
      ...publicRead,
      // A hundred of the largest are several megabytes.
      timeout: 3000,
      rateClass: 'reads',
      rest: 'POST /v1/products/lookup',
      params: { ids: { type: 'array', items: { type: 'string', max: 64 }, max: 100 }, currency: currencyParam },
      returns: productCardList,
      problems: ['unknown-currency'],
    },
    counts: {
      summary: 'Count the sold products of each category, without its descendants',
      ...internal,
      timeout: 1000,
      params: {},
      returns: { type: 'record', key: 'string', value: 'number' },
    },
    inCategory: {
      summary: 'Count the products of any status in a category, without its descendants',
      ...internal,
      params: { slug: 'string' },
      returns: { type: 'object', props: { count: 'number' } },
    },
    offers: {
      summary: 'Get the current offers of SKUs; those that are not sold are left out',
      ...internal,
      timeout: 1000,
      params: { skus: { type: 'array', items: 'string', max: 200 }, currency: currencyParam },
      returns: { type: 'array', items: offer },
    },
  },
  {
    changed: { summary: 'A product is new or has changed; may be lost', params: { id: 'string' } },
    added: {
      summary: 'Many products are new; may be lost',
      params: { ids: { type: 'array', items: 'string' } },
    },
  },
);
