import type { Config } from '../../lib/config.ts';
import type { Rpc } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { customerOf, service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { cart } from './cart.contract.ts';
import { type Cart, cartView, clear, emptyCart, type Item, listed, removeItem, setItem, takeOrdered } from './cart.ts';

export default function cartService(config: Config) {
  const priced = async (items: readonly Item[], rpc: Rpc) => {
    const skus = items.map(({ sku }) => sku);
    return cartView(items, skus.length > 0 ? await rpc.call('product.offers', { skus }) : [], config.currency);
  };

  return service<{ store: Store<Cart> }>()(cart, config, {
    mixins: [store<Cart>(config, { node: 'shopping', collection: 'carts', create: emptyCart })],

    handlers: {
      async get(ctx) {
        const found = await this.store.get(customerOf(ctx));
        return priced(listed(found?.items ?? {}), ctx);
      },

      async setItem(ctx) {
        const { sku } = ctx.params;
        const id = customerOf(ctx);
        const before = await this.store.get(id);
        const skus = [...new Set([sku, ...Object.keys(before?.items ?? {})])];
        const offers = await ctx.call('product.offers', { skus });
        if (!offers.some((offer) => offer.sku === sku)) throw errors.notFound(`The SKU ${sku}`);
        const items = await this.store.change(id, (cart, now) => setItem(cart, ctx.params, now));
        // Another device may have added something meanwhile.
        const asked = items.every((item) => skus.includes(item.sku));
        return asked ? cartView(items, offers, config.currency) : priced(items, ctx);
      },

      async removeItem(ctx) {
        const { sku } = ctx.params;
        return priced(await this.store.change(customerOf(ctx), (cart, now) => removeItem(cart, sku, now)), ctx);
      },

      async clear(ctx) {
        return priced(await this.store.change(customerOf(ctx), clear), ctx);
      },

      async content(ctx) {
        const found = await this.store.get(ctx.params.customerId);
        return listed(found?.items ?? {});
      },

      async own(ctx) {
        const { user } = ctx.meta;
        const found = user ? await this.store.get(user.id) : null;
        return listed(found?.items ?? {});
      },

      ordered(ctx) {
        const { customerId, orderId, items } = ctx.params;
        return this.store.change(customerId, (cart, now) => takeOrdered(cart, orderId, items, now));
      },
    },
  });
}
