import type { Config } from '../../lib/config.ts';
import type { Ctx, Rpc } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { type Self, service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { type Worker, worker } from '../../mixins/worker.ts';
import { cart } from './cart.contract.ts';
import {
  type Cart,
  cartView,
  clear,
  emptyCart,
  erase,
  type Item,
  listed,
  removeItem,
  setItem,
  takeOrdered,
} from './cart.ts';
import { bringIn } from './cart-merge.ts';
import {
  forgetCookie,
  GUEST_LIFETIME,
  guestIdOf,
  keepCookie,
  newCartToken,
  ownerOf,
  tokenHeaders,
} from './cart-token.ts';

const CLEANING_PAUSE = 3600_000;

type This = Self<{ store: Store<Cart>; worker: Worker }>;

export default function cartService(config: Config) {
  const priced = async (items: readonly Item[], rpc: Rpc) => {
    const skus = items.map(({ sku }) => sku);
    return cartView(items, skus.length > 0 ? await rpc.call('product.offers', { skus }) : [], config.currency);
  };

  /** A customer who comes with a guest's cart, from before they logged in, gets what is in it; the cookie ends. */
  async function takeGuest(carts: Store<Cart>, customerId: string, { meta }: Ctx<unknown>): Promise<void> {
    if (!meta.cartToken) return;
    await bringIn(carts, guestIdOf(meta.cartToken.token), customerId);
    if (meta.cartToken.from === 'cookie') meta.$responseHeaders = forgetCookie(config.production);
  }

  /** Whose cart it is. Merges here too: nothing is lost when the login could not do it. */
  async function owner({ store }: This, ctx: Ctx<unknown>): Promise<string | undefined> {
    if (ctx.meta.user) await takeGuest(store, ctx.meta.user.id, ctx);
    return ownerOf(ctx.meta);
  }

  return service<{ store: Store<Cart>; worker: Worker }>()(cart, config, {
    mixins: [
      worker<This>({
        every: CLEANING_PAUSE,
        run() {
          return this.store.remove({ guest: true, updatedAt: { $lt: new Date(Date.now() - GUEST_LIFETIME) } });
        },
      }),
      store<Cart>(config, {
        node: 'shopping',
        collection: 'carts',
        create: emptyCart,
        indexes: [{ fields: { guest: 1, updatedAt: 1 } }],
      }),
    ],

    handlers: {
      async get(ctx) {
        const id = await owner(this, ctx);
        const found = id === undefined ? null : await this.store.get(id);
        return priced(listed(found?.items ?? {}), ctx);
      },

      async setItem(ctx) {
        const { sku } = ctx.params;
        const given = await owner(this, ctx);
        const before = given === undefined ? null : await this.store.get(given);
        // A guest's token that leads nowhere, any more, is replaced: who sends it does not choose what it is.
        const known = before || ctx.meta.user ? given : undefined;
        const skus = [...new Set([sku, ...Object.keys(before?.items ?? {})])];
        const offers = await ctx.call('product.offers', { skus });
        if (!offers.some((offer) => offer.sku === sku)) throw errors.notFound(`The SKU ${sku}`);
        const token = known === undefined ? newCartToken() : undefined;
        const id = known ?? guestIdOf(token ?? '');
        const items = await this.store.change(id, (cart, now) => setItem(cart, ctx.params, now));
        const { user, cartToken } = ctx.meta;
        if (token) ctx.meta.$responseHeaders = tokenHeaders(token, config.production);
        else if (!user && cartToken?.from === 'cookie') {
          ctx.meta.$responseHeaders = keepCookie(cartToken.token, config.production);
        }
        // Another device may have added something meanwhile.
        const asked = items.every((item) => skus.includes(item.sku));
        return asked ? cartView(items, offers, config.currency) : priced(items, ctx);
      },

      async removeItem(ctx) {
        const { sku } = ctx.params;
        const id = await owner(this, ctx);
        if (id === undefined || !(await this.store.get(id))) return priced([], ctx);
        return priced(await this.store.change(id, (cart, now) => removeItem(cart, sku, now)), ctx);
      },

      async clear(ctx) {
        const id = await owner(this, ctx);
        if (id === undefined || !(await this.store.get(id))) return priced([], ctx);
        return priced(await this.store.change(id, clear), ctx);
      },

      async content(ctx) {
        const found = await this.store.get(ctx.params.customerId);
        if (found?.erased) throw errors.invalidToken();
        return listed(found?.items ?? {});
      },

      async own(ctx) {
        const id = ownerOf(ctx.meta);
        const found = id === undefined ? null : await this.store.get(id);
        return listed(found?.items ?? {});
      },

      async erase(ctx) {
        await this.store.change(ctx.params.customerId, erase);
        await this.store.purge();
      },

      merge(ctx) {
        return takeGuest(this.store, ctx.params.customerId, ctx);
      },

      ordered(ctx) {
        const { customerId, orderId, items } = ctx.params;
        return this.store.change(customerId, (cart, now) => takeOrdered(cart, orderId, items, now));
      },
    },
  });
}
