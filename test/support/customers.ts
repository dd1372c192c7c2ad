import type { Config } from '../../lib/config.ts';
import { newId } from '../../lib/ids.ts';
import { keyRing } from '../../lib/token-keys.ts';
import { signAccessToken } from '../../lib/tokens.ts';
import { emptyCart } from '../../services/shopping/cart.ts';
import { storeOf } from './books.ts';
import { Shopper, type TestShop } from './shop.ts';

/**
 * Many logged-in customers with the same goods in their carts, one of a SKU unless quantities are given, without the time that
 * hashing their passwords takes.
 */
export async function manyCustomers(
  shop: TestShop,
  config: Config,
  count: number,
  goods: string | Record<string, number>,
): Promise<Shopper[]> {
  const quantities = typeof goods === 'string' ? { [goods]: 1 } : goods;
  const items = Object.fromEntries(Object.entries(quantities).map(([sku, quantity]) => [sku, { quantity }]));
  const now = new Date();
  const ids = Array.from({ length: count }, () => newId('cus'));
  await storeOf(shop, 'customer').insertNew(
    ids.map((_id) => ({
      ...{ _id, email: `${_id}@example.com`.toLowerCase(), name: 'One of many', passwordHash: '' },
      ...{ addresses: [], sessions: [], createdAt: now },
    })),
  );
  await storeOf(shop, 'cart').insertNew(ids.map((_id) => ({ ...emptyCart(_id, now), items })));
  const keys = keyRing(config);
  return ids.map((id) => {
    const shopper = new Shopper(shop.url);
    shopper.id = id;
    shopper.token = signAccessToken({ id, sessionId: 'ses_many', role: 'customer' }, keys);
    return shopper;
  });
}
