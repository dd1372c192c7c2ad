import { MongoClient } from 'mongodb';
import { createKeyRing } from '../../lib/auth/token-keys.ts';
import { signAccessToken } from '../../lib/auth/tokens.ts';
import type { Config } from '../../lib/process/config.ts';
import { newId } from '../../services/shared/ids.ts';
import { newCart } from '../../services/shopping/cart/cart.ts';
import { ADDRESS } from './address.ts';
import { storeOf } from './books.ts';
import { Shopper, type TestShop } from './shop.ts';

type InCart = string | Readonly<Record<string, number>>;

/** Many logged-in customers with an address and one of a SKU, or these quantities by SKU, in the cart, without the time that hashing their passwords takes. */
export async function manyCustomers(shop: TestShop, config: Config, count: number, inCart: InCart): Promise<Shopper[]> {
  const { accounts, carts, shoppers } = newCustomers(shop.url, config, count, inCart);
  await storeOf(shop, 'customer').insertNew(accounts);
  await storeOf(shop, 'cart').insertNew(carts);
  return shoppers;
}

/** The same of a cluster, past its nodes. @param config with the cluster's token secret, MongoDB and database prefix */
export async function manyCustomersOf(url: string, config: Config, count: number, inCart: InCart): Promise<Shopper[]> {
  const { accounts, carts, shoppers } = newCustomers(url, config, count, inCart);
  const client = new MongoClient(config.mongoUrl ?? '');
  try {
    const insert = (kind: string, collection: string, docs: readonly { _id: string }[]) =>
      client
        .db(`${config.databasePrefix}${kind}`)
        .collection<{ _id: string; rev: number }>(collection)
        .insertMany(docs.map((doc) => ({ ...doc, rev: 0 })));
    await insert('customer', 'customers', accounts);
    await insert('shopping', 'carts', carts);
  } finally {
    await client.close();
  }
  return shoppers;
}

function newCustomers(url: string, config: Config, count: number, inCart: InCart) {
  const now = new Date();
  const quantities = typeof inCart === 'string' ? { [inCart]: 1 } : inCart;
  const items = Object.fromEntries(Object.entries(quantities).map(([sku, quantity]) => [sku, { quantity }]));
  const keys = createKeyRing(config);
  const shoppers = Array.from({ length: count }, () => {
    const shopper = new Shopper(url);
    shopper.id = newId('cus');
    shopper.addressId = newId('adr');
    shopper.token = signAccessToken({ id: shopper.id, sessionId: 'ses_many', role: 'customer' }, keys);
    return shopper;
  });
  return {
    shoppers,
    accounts: shoppers.map(({ id: _id, addressId }) => ({
      ...{ _id, email: `${_id}@example.com`.toLowerCase(), name: 'One of many', passwordHash: '' },
      ...{ addresses: [{ ...ADDRESS, id: addressId, isDefault: true }], sessions: [], createdAt: now },
    })),
    carts: shoppers.map(({ id }) => ({ ...newCart(id, now), items })),
  };
}
