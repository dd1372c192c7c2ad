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
  handedOver,
  type Item,
  listed,
  merge,
  removeItem,
  setItem,
  takeOrdered,
} from './cart.ts';
import { forgetCookie, GUEST_LIFETIME, guestIdOf, newCartToken, ownerOf, tokenHeaders } from './cart-token.ts';

const CLEANING_PAUSE = 3600_000;

type This = Self<{ store: Store<Cart>; worker: Worker }>;

export default function cartService(config: Config) {
  const priced = async (items: readonly Item[], rpc: Rpc) => {
    const skus = items.map(({ sku }) => sku);
    return cartView(items, skus.length > 0 ? await rpc.call('product.offers', { skus }) : [], config.currency);
  };

  /** Whose cart it is. A customer who brings a guest's cart, from before they logged in, gets what is in it. */
  async function owner(service: This, ctx: Ctx<unknown>): Promise<string | undefined> {
    const { user, cartToken } = ctx.meta;
    if (user && cartToken) await bringIn(service.store, user.id, ctx);
    return ownerOf(ctx.meta);
  }

  /** The customer's cart has it before the guest's is emptied: a crash in between does it twice, which is as once. */
  async function bringIn(carts: Store<Cart>, customerId: string, ctx: Ctx<unknown>): Promise<void> {
    const { cartToken } = ctx.meta;
    if (!cartToken) return;
    const guestId = guestIdOf(cartToken.token);
    for (let guest = await carts.get(guestId); guest; guest = await carts.get(guestId)) {
      const { items } = guest;
      if (Object.keys(items).length === 0) break;
      await carts.change(customerId, (doc, now) => merge(doc, items, now));
      if (await carts.change(guestId, (doc, now) => handedOver(doc, items, customerId, now))) break;
    }
    if (cartToken.from === 'cookie') ctx.meta.$responseHeaders = forgetCookie(config.production);
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
        if (token) ctx.meta.$responseHeaders = tokenHeaders(token, config.production);
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
        return listed(found?.items ?? {});
      },

      async own(ctx) {
        const id = ownerOf(ctx.meta);
        const found = id === undefined ? null : await this.store.get(id);
        return listed(found?.items ?? {});
      },

      merge(ctx) {
        return bringIn(this.store, ctx.params.customerId, ctx);
      },

      ordered(ctx) {
        const { customerId, orderId, items } = ctx.params;
        return this.store.change(customerId, (cart, now) => takeOrdered(cart, orderId, items, now));
      },
    },
  });
}
