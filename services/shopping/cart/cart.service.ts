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
  type CartDecision,
  cartClaimOf,
  cartView,
  clearCart,
  currencyOf,
  customerCart,
  eraseCart,
  expectHold,
  type Item,
  itemsOf,
  mayBeHeld,
  newCart,
  type OpenOrder,
  removeItem,
  setCurrency,
  setItem,
  takeOrdered,
} from './cart.ts';
import { hasContent, mergeGuestCart } from './cart-merge.ts';
import { changeCurrentCart, loadCurrentCart } from './cart-orders.ts';
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

const accessOf = ({ store }: This, rpc: Rpc) => ({ carts: store, rpc });

/** A decision whose answer also has the open order. */
const withOpenOrder = ({ answer: cart, ...rest }: CartDecision<Readonly<Cart>>, openOrder: OpenOrder | null) => ({
  answer: { cart, openOrder },
  ...rest,
});

/** The pieces that are reserved for the shopper of a cart: by its open order, or by a hold. */
async function findReserved(cart: Readonly<Cart> | null, openOrder: OpenOrder | null, rpc: Rpc): Promise<Item[]> {
  if (!cart) return [];
  if (openOrder) return itemsOf(cart.items);
  if (cart.guest || !mayBeHeld(cart, new Date())) return [];
  return (await rpc.call('hold.held', { customerId: cart._id })).items;
}

export default function cartService(config: Config) {
  /** The items of a cart, and the currency to price them in. */
  const contentOf = (cart: CartContent | null) => ({
    items: itemsOf(cart?.items ?? {}),
    currency: currencyOf(cart, config),
  });

  /** The view of a cart at current prices. */
  const priceCart = async (cart: Readonly<Cart> | null, openOrder: OpenOrder | null, rpc: Rpc) => {
    const { items, currency } = contentOf(cart);
    if (items.length === 0) return cartView(items, [], currency, openOrder);
    const skus = items.map(({ sku }) => sku);
    const [offers, reserved] = await Promise.all([
      rpc.call('product.offers', { skus, currency }),
      findReserved(cart, openOrder, rpc),
    ]);
    return cartView(items, offers, currency, openOrder, reserved);
  };

  /** Merges the guest's cart that a customer had before logging in, and ends its cookie. */
  async function mergeGuest(carts: Store<Cart>, customerId: string, ctx: Ctx<unknown>): Promise<void> {
    const { meta } = ctx;
    if (!meta.cartToken) return;
    const guestId = guestIdOf(meta.cartToken.token);
    const { openOrder } = await loadCurrentCart(guestId, { carts, rpc: ctx });
    // The items may become an order of the guest's. The next request merges what is left of them.
    if (openOrder) return;
    if (await hasContent(carts, guestId)) {
      // A paid order is taken out first, so that the merged items stay.
      await loadCurrentCart(customerId, { carts, rpc: ctx });
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
    return loadCurrentCart(await ownerWithMerge(self, ctx), accessOf(self, ctx));
  }

  /** A cart as far as it is known: the version that this process wrote last saves a read. */
  const findKnown = async ({ store }: This, id: string | undefined) =>
    id === undefined ? null : (store.lastWritten(id) ?? (await store.get(id)));

  /**
   * The caller's cart, to be changed. A guest without a cart gets a new token, and so does a guest whose token has no
   * cart: clients cannot choose tokens.
   */
  async function openCart(self: This, ctx: Ctx<unknown>) {
    const given = await ownerWithMerge(self, ctx);
    const known = await findKnown(self, given);
    if (given !== undefined && (known || ctx.meta.user)) return { id: given, known };
    const token = newCartToken();
    return { id: guestIdOf(token), known: null, token };
  }

  /** Changes the content of the caller's cart, if there is a cart. The answer is its view. */
  async function changeContent(
    self: This,
    ctx: Ctx<unknown>,
    decide: (cart: Readonly<Cart>, now: Date) => CartDecision<Readonly<Cart>>,
  ) {
    const id = await ownerWithMerge(self, ctx);
    const known = await findKnown(self, id);
    if (id === undefined || !known) return priceCart(null, null, ctx);
    const { cart, openOrder } = await changeCurrentCart(
      id,
      known,
      accessOf(self, ctx),
      () => (cart, openOrder, now) => withOpenOrder(decide(cart, now), openOrder),
    );
    return priceCart(cart, openOrder, ctx);
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
        const { id, known, token } = await openCart(this, ctx);
        const view = await changeCurrentCart(id, known, accessOf(this, ctx), async (before) => {
          const currency = currencyOf(before, config);
          const skus = [...new Set([sku, ...Object.keys(before?.items ?? {})])];
          const [offers, held] = await Promise.all([
            ctx.call('product.offers', { skus, currency }),
            findReserved(before, null, ctx),
          ]);
          return (cart, openOrder, now) => {
            const isPriced =
              currencyOf(cart, config) === currency && Object.keys(cart.items).every((one) => skus.includes(one));
            if (!isPriced) return null;
            if (!offers.some((offer) => offer.sku === sku))
              throw errors.notFound(`The SKU ${sku} with a price in ${currency}`);
            const { answer, ...rest } = setItem(cart, ctx.params, now);
            const items = itemsOf(answer.items);
            // Refuses a total that is too high before it is stored.
            return { answer: cartView(items, offers, currency, openOrder, openOrder ? items : held), ...rest };
          };
        });
        sendToken(ctx, token);
        return view;
      },

      async setCurrency(ctx) {
        const { currency } = ctx.params;
        if (!config.currencies.includes(currency)) throw errors.unknownCurrency(currency, config.currencies);
        const { id, known, token } = await openCart(this, ctx);
        const { cart, openOrder } = await changeCurrentCart(
          id,
          known,
          accessOf(this, ctx),
          () => (cart, openOrder, now) => withOpenOrder(setCurrency(cart, currency, now), openOrder),
        );
        sendToken(ctx, token);
        return priceCart(cart, openOrder, ctx);
      },

      removeItem(ctx) {
        return changeContent(this, ctx, (cart, now) => removeItem(cart, ctx.params.sku, now));
      },

      clear(ctx) {
        return changeContent(this, ctx, clearCart);
      },

      async content(ctx) {
        const { customerId: _id } = ctx.params;
        const { cart, openOrder } = await loadCurrentCart(_id, accessOf(this, ctx));
        if (cart?.erased) throw errors.invalidToken();
        const { lastOrder } = cart ?? {};
        return {
          ...contentOf(cart),
          claim: cartClaimOf(cart ?? { _id }),
          openOrder,
          lastOrder: lastOrder ? { id: lastOrder.id, at: lastOrder.at.toISOString() } : null,
        };
      },

      async stored(ctx) {
        const { customerId: _id } = ctx.params;
        const cart = (await this.store.get(_id)) ?? newCart(_id, new Date());
        if (cart.erased) throw errors.invalidToken();
        return { ...contentOf(cart), claim: cartClaimOf(cart), mayBeHeld: mayBeHeld(cart, new Date()) };
      },

      async expectHold(ctx) {
        const { customerId, until } = ctx.params;
        await this.store.change(customerId, (cart) => expectHold(customerCart(cart), new Date(until)));
      },

      async own(ctx) {
        const { cart, openOrder } = await loadCurrentCart(ownerOf(ctx.meta), accessOf(this, ctx));
        return { ...contentOf(cart), reserved: await findReserved(cart, openOrder, ctx) };
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
        // The shopper's next change of the cart has taken it out, if it came first.
        if (this.store.lastWritten(customerId)?.ordered.includes(orderId)) return;
        await this.store.change(customerId, (cart, now) => takeOrdered(cart, orderId, items, now));
      },
    },
  });
}
