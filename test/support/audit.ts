import { MongoClient } from 'mongodb';
import { sampleStock } from '../../services/product/seed/load.ts';
import type { Stock } from '../../services/product/stock.ts';
import type { Order } from '../../services/shopping/order.ts';
import type { LedgerEntry } from '../../services/shopping/sandbox-provider.ts';

/** Everything that money and goods depend on, as the databases have it. */
export interface Books {
  stock: Stock[];
  orders: Order[];
  ledger: LedgerEntry[];
}

export async function readBooks(mongoUrl: string, prefix: string): Promise<Books> {
  const client = new MongoClient(mongoUrl);
  try {
    const read = <T extends object>(node: string, collection: string) =>
      client
        .db(prefix + node)
        .collection<T>(collection)
        .find()
        .toArray() as Promise<T[]>;
    return {
      stock: await read<Stock>('product', 'stock'),
      orders: await read<Order>('shopping', 'orders'),
      ledger: await read<LedgerEntry>('shopping', 'sandbox-ledger'),
    };
  } finally {
    await client.close();
  }
}

/** What is against the invariants I1 to I6, I9 and I10 of a shop at rest that was seeded with the sample catalogue. */
export async function violations({ stock, orders, ledger }: Books): Promise<string[]> {
  const found: string[] = [];
  const check = (holds: boolean, what: string) => void (holds || found.push(what));
  const initial = new Map((await sampleStock('EUR')).map(({ _id, available }) => [_id, available]));
  const paid = orders.filter(({ state }) => state === 'PAID');
  const sold = new Map<string, number>();
  for (const { sku, quantity } of paid.flatMap(({ lines }) => lines)) sold.set(sku, (sold.get(sku) ?? 0) + quantity);

  for (const { _id, available, reserved, sold: gone, res } of stock) {
    check(available + reserved + gone === initial.get(_id), `I1 ${_id}: ${available} + ${reserved} + ${gone}`);
    check(Math.min(available, reserved, gone) >= 0, `I1 ${_id} is negative`);
    check(reserved === Object.values(res).reduce((a, b) => a + b, 0), `I2 ${_id}: ${reserved} reserved`);
    check(gone === (sold.get(_id) ?? 0), `I3 ${_id}: ${gone} sold, paid orders hold ${sold.get(_id) ?? 0}`);
    check(Object.keys(res).length === 0, `I9 ${_id} is held by ${Object.keys(res)}`);
  }
  const keys = new Set(orders.map(({ customerId, idemKey }) => `${customerId} ${idemKey}`));
  check(keys.size === orders.length, `I4 ${orders.length} orders with ${keys.size} keys`);
  const charges = new Map(ledger.map((entry) => [entry._id, entry.captured - entry.refunded]));
  for (const { _id, state, totals, outbox } of orders) {
    const due = state === 'PAID' ? totals.total.amount : 0;
    check((charges.get(_id) ?? 0) === due, `I5, I6 ${_id} is ${state}, due ${due}, charged ${charges.get(_id)}`);
    check(outbox.length === 0, `I10 ${_id} has ${outbox.length} undelivered`);
  }
  const known = new Set(orders.map(({ _id }) => _id));
  for (const { _id } of ledger) check(known.has(_id), `I5 ${_id} was charged without an order`);
  return found;
}
