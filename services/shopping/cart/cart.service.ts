import type { Ctx, Rpc } from '../../../lib/contract/contract.ts';
import type { Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { type Worker, worker } from '../../../mixins/worker.ts';
import { errors } from '../../shared/problems.ts';
import { cart } from './cart.contract.ts';
import {
  type Cart,
  type CartContent,
  cartClaimOf,
  cartView,
  clearCart,
  currencyOf,
  customerCart,
  eraseCart,
  itemsOf,
  newCart,
  type OpenOrder,
  removeItem,
  setCurrency,
  setItem,
  takeOrdered,
} from './cart.ts';
import { hasContent, mergeGuestCart } from './cart-merge.ts';
import { loadCurrentCart } from './cart-orders.ts';
import {
  endCookie,
  GUEST_CART_LIFETIME_MS,
  guestIdOf,
  newCartToken,
  ownerOf,
  renewCookie,
  tokenHeaders,
} from './cart-token.ts';

const CART_CLEANING_INTERVAL_MS = 3600_000;

type This = Self<{ store: Store<Cart>; worker: Worker }>;

export default function cartService(config: Config) {
  /** The items of a cart, and the currency to price them in. */
  const contentOf = (cart: CartContent | null) => ({
    items: itemsOf(cart?.items ?? {}),
    currency: currencyOf(cart, config),
  });

  /** The view of a cart at current prices. */
  const priceCart = async (cart: CartContent | null, openOrder: OpenOrder | null, rpc: Rpc) => {
    const { items, currency } = contentOf(cart);
    const skus = items.map(({ sku }) => sku);
    const offers = skus.length > 0 ? await rpc.call('product.offers', { skus, currency }) : [];
    return cartView(items, offers, currency, openOrder);
  };

  /** Merges the guest's cart that a customer had before logging in, and ends its cookie. */
  async function mergeGuest(carts: Store<Cart>, customerId: string, ctx: Ctx<unknown>): Promise<void> {
    const { meta } = ctx;
    if (!meta.cartToken) return;
    const guestId = guestIdOf(meta.cartToken.token);
    if (await hasContent(carts, guestId)) {
      // A paid order is taken out first, so that the merged items stay.
      await loadCurrentCart(customerId, carts, ctx);
      await mergeGuestCart(carts, guestId, customerId);
    }
    if (meta.cartToken.from === 'cookie') meta.$responseHeaders = endCookie(config.production);
  }

  /** The id of the caller's cart. A guest's cart is merged here too, in case the login could not do it. */
  async function ownerWithMerge({ store }: This, ctx: Ctx<unknown>): Promise<string | undefined> {
    if (ctx.meta.user) await mergeGuest(store, ctx.meta.user.id, ctx);
    return ownerOf(ctx.meta);
  }

  /** The caller's cart; see `loadCurrentCart`. */
  async function getCurrent(self: This, ctx: Ctx<unknown>) {
    const id = await ownerWithMerge(self, ctx);
    return { id, ...(await loadCurrentCart(id, self.store, ctx)) };
  }

  /**
   * The caller's cart, to be changed. A guest without a cart gets a new token, and so does a guest whose token has no
   * cart: clients cannot choose tokens.
   */
  async function openCart(self: This, ctx: Ctx<unknown>) {
    const { id: given, cart: before, openOrder } = await getCurrent(self, ctx);
    if (given !== undefined && (before || ctx.meta.user)) return { id: given, before, openOrder };
    const token = newCartToken();
    return { id: guestIdOf(token), before: null, openOrder, token };
  }

  /** Sends the token of a new cart, or renews the cookie of one that was changed. */
  function sendToken({ meta }: Ctx<unknown>, token: string | undefined): void {
    const { user, cartToken } = meta;
    if (token) meta.$responseHeaders = tokenHeaders(token, config.production);
    else if (!user && cartToken?.from === 'cookie') {
      meta.$responseHeaders = renewCookie(cartToken.token, config.production);
    }
  }

  return service(cart, config, {
    mixins: [
      worker<This>({
        every: CART_CLEANING_INTERVAL_MS,
        run() {
          return this.store.remove({ guest: true, updatedAt: { $lt: new Date(Date.now() - GUEST_CART_LIFETIME_MS) } });
        },
      }),
      store<Cart>(config, {
        node: 'shopping',
        collection: 'carts',
        create: newCart,
        indexes: [{ fields: { guest: 1, updatedAt: 1 } }],
      }),
    ],

    handlers: {
      async get(ctx) {
        const { cart, openOrder } = await getCurrent(this, ctx);
        return priceCart(cart, openOrder, ctx);
      },

      async setItem(ctx) {
        const { sku } = ctx.params;
        const { id, before, openOrder, token } = await openCart(this, ctx);
        const currency = currencyOf(before, config);
        const skus = [...new Set([sku, ...Object.keys(before?.items ?? {})])];
        const offers = await ctx.call('product.offers', { skus, currency });
        if (!offers.some((offer) => offer.sku === sku))
          throw errors.notFound(`The SKU ${sku} with a price in ${currency}`);
        // Refuses a total that is too high before it is stored.
        cartView(itemsOf({ ...before?.items, [sku]: { quantity: ctx.params.quantity } }), offers, currency);
        const cart = await this.store.change(id, (doc, now) => setItem(doc, ctx.params, now));
        sendToken(ctx, token);
        // Another device may have added something meanwhile, or chosen another currency.
        const after = contentOf(cart);
        const isPriced = after.currency === currency && after.items.every((item) => skus.includes(item.sku));
        return isPriced ? cartView(after.items, offers, currency, openOrder) : priceCart(cart, openOrder, ctx);
      },

      async setCurrency(ctx) {
        const { currency } = ctx.params;
        if (!config.currencies.includes(currency)) throw errors.unknownCurrency(currency, config.currencies);
        const { id, openOrder, token } = await openCart(this, ctx);
        const cart = await this.store.change(id, (doc, now) => setCurrency(doc, currency, now));
        sendToken(ctx, token);
        return priceCart(cart, openOrder, ctx);
      },

      async removeItem(ctx) {
        const { sku } = ctx.params;
        const { id, cart, openOrder } = await getCurrent(this, ctx);
        if (id === undefined || !cart) return priceCart(null, openOrder, ctx);
        return priceCart(await this.store.change(id, (cart, now) => removeItem(cart, sku, now)), openOrder, ctx);
      },

      async clear(ctx) {
        const { id, cart, openOrder } = await getCurrent(this, ctx);
        if (id === undefined || !cart) return priceCart(null, openOrder, ctx);
        return priceCart(await this.store.change(id, clearCart), openOrder, ctx);
      },

      async content(ctx) {
        const { customerId: _id } = ctx.params;
        const { cart, openOrder } = await loadCurrentCart(_id, this.store, ctx);
        if (cart?.erased) throw errors.invalidToken();
        const { lastOrder } = cart ?? {};
        return {
          ...contentOf(cart),
          claim: cartClaimOf(cart ?? { _id }),
          openOrder,
          lastOrder: lastOrder ? { id: lastOrder.id, at: lastOrder.at.toISOString() } : null,
        };
      },

      async own(ctx) {
        return contentOf((await loadCurrentCart(ownerOf(ctx.meta), this.store, ctx)).cart);
      },

      async erase(ctx) {
        await this.store.change(ctx.params.customerId, (cart, now) => eraseCart(customerCart(cart), now));
        await this.store.purge();
      },

      merge(ctx) {
        return mergeGuest(this.store, ctx.params.customerId, ctx);
      },

      async ordered(ctx) {
        const { customerId, orderId, items } = ctx.params;
        await this.store.change(customerId, (cart, now) => takeOrdered(customerCart(cart), orderId, items, now));
      },
    },
  });
}
