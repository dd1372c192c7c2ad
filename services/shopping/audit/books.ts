import { setImmediate } from 'node:timers/promises';
import type { ActionName, Params, Result, Rpc } from '../../../lib/contract/contract.ts';

type ItemsOf<K extends ActionName> = Result<K> extends { items: (infer T)[] } ? T : never;

/** All that money and goods depend on, as each service has it in its own database. */
export interface Books {
  /** When reading began. */
  readAt: Date;
  /** The stock as it was before, and as it was after the rest was read: in between it may have moved. */
  before: ItemsOf<'inventory.books'>[];
  stock: ItemsOf<'inventory.books'>[];
  /** Of each SKU whose movements are not all in `stock`. */
  movements: Result<'movement.totals'>;
  orders: ItemsOf<'order.books'>[];
  ledger: ItemsOf<'payment.books'>[];
  /** The provider's books are not ours to read. */
  external: boolean;
  coupons: ItemsOf<'coupon.books'>[];
  holds: ItemsOf<'hold.books'>[];
  invoices: ItemsOf<'invoice.books'>[];
  creditNotes: ItemsOf<'credit-note.books'>[];
  reviews: ItemsOf<'review.books'>[];
  /** The ratings as they were before the reviews were read, and as they were after. */
  ratings: Record<'before' | 'after', ItemsOf<'product.books'>[]>;
}

/**
 * Reads every service's books, page by page, while the shop goes on. What can only exist after something else is read
 * before it: a charge before its order, so that an order which is not found then does not exist.
 */
export async function readBooks(rpc: Rpc): Promise<Books> {
  const readAt = new Date();
  const before = await pages('inventory.books', rpc);
  const { external = false } = await rpc.call('payment.books', { limit: 1 });
  const ledger = await pages('payment.books', rpc);
  const coupons = await pages('coupon.books', rpc);
  const creditNotes = await pages('credit-note.books', rpc);
  const invoices = await pages('invoice.books', rpc);
  const holds = await pages('hold.books', rpc);
  const orders = await pages('order.books', rpc);
  const stock = await pages('inventory.books', rpc);
  const movements = await totals(stock, rpc);
  const ratings = await pages('product.books', rpc);
  const reviews = await pages('review.books', rpc);
  const now = await pages('product.books', rpc);
  return {
    ...{ readAt, before, stock, movements, orders, ledger, external, coupons, holds, invoices, creditNotes, reviews },
    ratings: { before: ratings, after: now },
  };
}

/** SKUs that are asked for at a time. */
const TOTALS = 200;

async function totals(stock: Books['stock'], rpc: Rpc): Promise<Books['movements']> {
  const of = stock.flatMap(({ sku, filed }) => (filed > 0 ? [{ sku, through: filed }] : []));
  const all: Books['movements'] = [];
  for (let from = 0; from < of.length; from += TOTALS) {
    all.push(...(await rpc.call('movement.totals', { of: of.slice(from, from + TOTALS) })));
  }
  return all;
}

type Paged = Extract<ActionName, `${string}.books`>;

async function pages<K extends Paged>(action: K, rpc: Rpc): Promise<ItemsOf<K>[]> {
  const all: ItemsOf<K>[] = [];
  // Each page's type belongs to its action, which a generic call cannot show.
  const call = rpc.call.bind(rpc) as (
    action: K,
    params: Params<Paged>,
  ) => Promise<{ items: ItemsOf<K>[]; next: string | null }>;
  for (let after: string | null | undefined; after !== null; ) {
    const { items, next }: { items: ItemsOf<K>[]; next: string | null } = await call(
      action,
      after === undefined ? {} : { after },
    );
    all.push(...items);
    after = next;
    await setImmediate(); // the shop goes on meanwhile, in this process too
  }
  return all;
}
