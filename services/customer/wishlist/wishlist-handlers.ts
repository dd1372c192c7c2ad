import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { errors } from '../../shared/problems.ts';
import { changeOwnAccount, findOwnAccount } from '../account/account-store.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import type { wishlistActions } from './wishlist.contract.ts';
import { addWish, removeWish, wishView } from './wishlist.ts';

/** The handlers of wishlists. */
export const wishlistHandlers: Handlers<typeof wishlistActions, CustomerService> = {
  async wishlist(ctx) {
    const { wishlist = [] } = await findOwnAccount(customerOf(ctx), this.store);
    const { items: products } = await ctx.call('product.lookup', { ids: wishlist.map(({ productId }) => productId) });
    const byId = new Map(products.map((product) => [product.id, product]));
    const items = wishlist.map((wish) => ({ ...wishView(wish), product: byId.get(wish.productId) ?? null }));
    return { items, nextCursor: null };
  },

  async wish(ctx) {
    const { productId } = ctx.params;
    const { items } = await ctx.call('product.lookup', { ids: [productId] });
    if (items.length === 0) throw errors.notFound('This product');
    await changeOwnAccount(customerOf(ctx), this.store, ({ wishlist = [] }, now) => ({
      answer: undefined,
      patch: { wishlist: addWish(wishlist, productId, now) },
    }));
  },

  async unwish(ctx) {
    const { productId } = ctx.params;
    await changeOwnAccount(customerOf(ctx), this.store, ({ wishlist = [] }) => ({
      answer: undefined,
      patch: { wishlist: removeWish(wishlist, productId) },
    }));
  },
};
