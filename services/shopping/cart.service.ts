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
        const [offer] = await ctx.call('product.offers', { skus: [sku] });
        if (!offer) throw errors.notFound(`The SKU ${sku}`);
        const items = await this.store.change(customerOf(ctx), (cart, now) => setItem(cart, ctx.params, now));
        return priced(items, ctx);
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

      ordered(ctx) {
        const { customerId, orderId, items } = ctx.params;
        return this.store.change(customerId, (cart, now) => takeOrdered(cart, orderId, items, now));
      },
    },
  });
}
