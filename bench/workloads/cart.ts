import type { Shopper } from '../../test/support/shop.ts';
import { registerCustomers, renewSessions } from '../load/customers.ts';
import { type HttpRequest, load } from '../load/http-load.ts';
import { type Contender, IN_FLIGHT, type Workload } from '../load/measure.ts';
import { ORDER_LINES } from '../load/orders.ts';
import type { BenchSetup } from './setup.ts';

/** As in the orders of the same run, so that their cost can be told from that of their cart updates. */
const CART_LINES = ORDER_LINES;
const QUANTITIES_PER_LINE = 9;

/** Each customer changes the quantities of two cart lines in turn. The bare server answers with a cart of that size. */
export async function cartWorkload({ bare, shops, catalogue }: BenchSetup): Promise<Workload> {
  const skus = [...catalogue.stock.keys()].slice(0, CART_LINES);
  const contenders: Contender[] = [];
  for (const shop of shops) {
    const { name, url, pids } = shop;
    const customers = await registerCustomers(shop);
    const run = async (seconds: number) => {
      await renewSessions(customers);
      return load(
        url,
        customers.map((customer) => cartUpdates(customer, skus)),
        seconds,
      );
    };
    contenders.push({ name, pids, run });
    const [first] = customers;
    if (contenders.length > 1 || !first) continue;
    const same = cartUpdates(first, skus);
    const cart = await fullCart(first, skus);
    await bare.serve(same.map(({ method, path }) => [`${method} ${path}`, cart] as const));
    const lists = Array.from({ length: IN_FLIGHT }, () => same);
    contenders.unshift({ name: bare.name, pids: bare.pids, run: (seconds) => load(bare.url, lists, seconds) });
  }
  return { name: 'cart', title: 'cart update', contenders };
}

function cartUpdates({ token }: Shopper, skus: readonly string[]): HttpRequest[] {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return Array.from({ length: QUANTITIES_PER_LINE }, (_, i) =>
    skus.map((sku) => ({
      method: 'PUT' as const,
      path: `/v1/cart/items/${sku}`,
      headers,
      body: JSON.stringify({ quantity: 1 + i }),
    })),
  ).flat();
}

/** The answer for a cart with all lines. */
async function fullCart(customer: Shopper, skus: readonly string[]): Promise<string> {
  let cart: unknown;
  for (const sku of skus) cart = (await customer.put(sku, QUANTITIES_PER_LINE)).body;
  return JSON.stringify(cart);
}
