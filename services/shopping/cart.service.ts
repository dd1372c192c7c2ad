import type { Config } from '../../lib/config.ts';
import type { Ctx, Rpc } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { type Self, service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { type Worker, worker } from '../../mixins/worker.ts';
import { cart } from './cart.contract.ts';
import {
  type Cart,
  type Content,
  cartView,
  clear,
  currencyOf,
  emptyCart,
  erase,
  listed,
  removeItem,
  setCurrency,
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
  /** What is in a cart, for those who price it. */
  const contentOf = (cart: Content | null) => ({
    items: listed(cart?.items ?? {}),
    currency: currencyOf(cart, config),
  });

  const priced = async (cart: Content | null, rpc: Rpc) => {
    const { items, currency } = contentOf(cart);
    const skus = items.map(({ sku }) => sku);
    const offers = skus.length > 0 ? await rpc.call('product.offers', { skus, currency }) : [];
    return cartView(items, offers, currency);
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

  /**
   * The cart that is to be changed, as it is now. A guest who has none gets a token for a new one; so does who sends one
   * that leads nowhere, any more: nobody chooses what it is.
   */
  async function opened(self: This, ctx: Ctx<unknown>) {
    const given = await owner(self, ctx);
    const before = given === undefined ? null : await self.store.get(given);
    if (given !== undefined && (before || ctx.meta.user)) return { id: given, before };
    const token = newCartToken();
    return { id: guestIdOf(token), before: null, token };
  }

  /** Gives a guest the token of a new cart, or lets the cookie of one that was changed live on. */
  function giveToken({ meta }: Ctx<unknown>, token: string | undefined): void {
    const { user, cartToken } = meta;
    if (token) meta.$responseHeaders = tokenHeaders(token, config.production);
    else if (!user && cartToken?.from === 'cookie') {
      meta.$responseHeaders = keepCookie(cartToken.token, config.production);
    }
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
        return priced(id === undefined ? null : await this.store.get(id), ctx);
      },

      async setItem(ctx) {
        const { sku } = ctx.params;
        const { id, before, token } = await opened(this, ctx);
        const currency = currencyOf(before, config);
        const skus = [...new Set([sku, ...Object.keys(before?.items ?? {})])];
        const offers = await ctx.call('product.offers', { skus, currency });
        if (!offers.some((offer) => offer.sku === sku))
          throw errors.notFound(`The SKU ${sku} with a price in ${currency}`);
        const cart = await this.store.change(id, (doc, now) => setItem(doc, ctx.params, now));
        giveToken(ctx, token);
        // Another device may have added something meanwhile, or chosen another currency.
        const after = contentOf(cart);
        const asked = after.currency === currency && after.items.every((item) => skus.includes(item.sku));
        return asked ? cartView(after.items, offers, currency) : priced(cart, ctx);
      },

      async setCurrency(ctx) {
        const { currency } = ctx.params;
        if (!config.currencies.includes(currency)) throw errors.unknownCurrency(currency, config.currencies);
        const { id, token } = await opened(this, ctx);
        const cart = await this.store.change(id, (doc, now) => setCurrency(doc, currency, now));
        giveToken(ctx, token);
        return priced(cart, ctx);
      },

      async removeItem(ctx) {
        const { sku } = ctx.params;
        const id = await owner(this, ctx);
        if (id === undefined || !(await this.store.get(id))) return priced(null, ctx);
        return priced(await this.store.change(id, (cart, now) => removeItem(cart, sku, now)), ctx);
      },

      async clear(ctx) {
        const id = await owner(this, ctx);
        if (id === undefined || !(await this.store.get(id))) return priced(null, ctx);
        return priced(await this.store.change(id, clear), ctx);
      },

      async content(ctx) {
        const found = await this.store.get(ctx.params.customerId);
        if (found?.erased) throw errors.invalidToken();
        return contentOf(found);
      },

      async own(ctx) {
        const id = ownerOf(ctx.meta);
        const found = id === undefined ? null : await this.store.get(id);
        return contentOf(found);
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
