import type { Shopper } from '../test/support/shop.ts';
import { prepare, registerCustomers } from './customers.ts';
import { type HttpRequest, load } from './http-load.ts';
import { type Contender, IN_FLIGHT, type Workload } from './measure.ts';
import type { Field } from './workloads.ts';

const LINES = 3;
const QUANTITIES = 9;

/** Each customer changes the quantity of one line after the other; the bare server answers with such a cart. */
export async function cartWorkload({ bare, shops, catalogue }: Field): Promise<Workload> {
  const skus = [...catalogue.stock.keys()].slice(0, LINES);
  const contenders: Contender[] = [];
  for (const { name, url, pids } of shops) {
    const customers = await registerCustomers(url);
    const run = async (seconds: number) => {
      await prepare(customers);
      return load(
        url,
        customers.map((customer) => updates(customer, skus)),
        seconds,
      );
    };
    contenders.push({ name, pids, run });
    const [first] = customers;
    if (contenders.length > 1 || !first) continue;
    const same = updates(first, skus);
    const cart = await fullCart(first, skus);
    await bare.serve(same.map(({ method, path }) => [`${method} ${path}`, cart] as const));
    const lists = Array.from({ length: IN_FLIGHT }, () => same);
    contenders.unshift({ name: bare.name, pids: bare.pids, run: (seconds) => load(bare.url, lists, seconds) });
  }
  return { name: 'cart', title: 'cart update', contenders };
}

function updates({ token }: Shopper, skus: readonly string[]): HttpRequest[] {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return Array.from({ length: QUANTITIES }, (_, i) =>
    skus.map((sku) => ({
      method: 'PUT' as const,
      path: `/v1/cart/items/${sku}`,
      headers,
      body: JSON.stringify({ quantity: 1 + i }),
    })),
  ).flat();
}

/** As it is answered when all lines are in it. */
async function fullCart(customer: Shopper, skus: readonly string[]): Promise<string> {
  let cart: unknown;
  for (const sku of skus) cart = (await customer.put(sku, QUANTITIES)).body;
  return JSON.stringify(cart);
}
