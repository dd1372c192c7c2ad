import { named } from '../../../lib/contract/named.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { ownData } from '../../../lib/contract/presets.ts';
import { productCard } from '../../product/product/product.rules.ts';
import { anyId } from '../../shared/ids.ts';

const own = { ...ownData, idempotent: true } as const;
const wish = named('WishlistItem', {
  type: 'object',
  // Null when the product is no longer sold.
  props: { productId: 'string', addedAt: 'string', product: { ...productCard, nullable: true } },
});

/** A customer's wishlist; part of the `customer` contract. */
export const wishlistActions = {
  wishlist: {
    ...own,
    summary: 'List my wishlist, newest first, with the products as they are now',
    rest: 'GET /v1/me/wishlist',
    params: {},
    returns: pageOf(wish),
  },
  wish: {
    ...own,
    summary: 'Add a product to my wishlist',
    rest: 'PUT /v1/me/wishlist/:productId',
    status: 204,
    params: { productId: anyId },
    problems: ['not-found', 'limit-reached'],
  },
  unwish: {
    ...own,
    summary: 'Remove a product from my wishlist',
    rest: 'DELETE /v1/me/wishlist/:productId',
    status: 204,
    params: { productId: anyId },
  },
} as const;
