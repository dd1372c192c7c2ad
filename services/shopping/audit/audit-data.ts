import { setImmediate } from 'node:timers/promises';
import type { ActionName, Params, Result, Rpc } from '../../../lib/contract/contract.ts';

/** An order as the auditor reads it. */
export type AuditedOrder = AuditData['orders'][number];

type ItemsOf<K extends ActionName> = Result<K> extends { items: (infer T)[] } ? T : never;

/** The stored data of the services about money and goods. */
export interface AuditData {
  /** When reading began. */
  readAt: Date;
  /** The stock before the rest was read (`before`) and after it (`stock`), as it may change in between. */
  before: ItemsOf<'inventory.books'>[];
  stock: ItemsOf<'inventory.books'>[];
  /** The totals of each SKU that has movements outside `stock`. */
  movements: Result<'movement.totals'>;
  orders: ItemsOf<'order.books'>[];
  ledger: ItemsOf<'payment.books'>[];
  /** The payment providers that are other companies, whose ledgers cannot be read. */
  external: readonly string[];
  coupons: ItemsOf<'coupon.books'>[];
  holds: ItemsOf<'hold.books'>[];
  invoices: ItemsOf<'invoice.books'>[];
  creditNotes: ItemsOf<'credit-note.books'>[];
  reviews: ItemsOf<'review.books'>[];
  /** The ratings before and after the reviews were read. */
  ratings: Record<'before' | 'after', ItemsOf<'product.books'>[]>;
}

/**
 * Reads the data of each service, page by page, while the shop runs. Dependent data is read first: charges before
 * orders, so that an order of a charge that is not found does not exist.
 */
export async function readAuditData(rpc: Rpc): Promise<AuditData> {
  const readAt = new Date();
  const before = await readAllPages('inventory.books', rpc);
  const { ledger, external } = await readLedgers(rpc);
  const coupons = await readAllPages('coupon.books', rpc);
  const creditNotes = await readAllPages('credit-note.books', rpc);
  const invoices = await readAllPages('invoice.books', rpc);
  const holds = await readAllPages('hold.books', rpc);
  const orders = await readAllPages('order.books', rpc);
  const stock = await readAllPages('inventory.books', rpc);
  const movements = await readMovementTotals(stock, rpc);
  const ratingsBefore = await readAllPages('product.books', rpc);
  const reviews = await readAllPages('review.books', rpc);
  const ratingsAfter = await readAllPages('product.books', rpc);
  return {
    ...{ readAt, before, stock, movements, orders, ledger, external, coupons, holds, invoices, creditNotes, reviews },
    ratings: { before: ratingsBefore, after: ratingsAfter },
  };
}

/** Reads the ledgers of all payment providers that orders can have been paid by. */
async function readLedgers(rpc: Rpc): Promise<Pick<AuditData, 'ledger' | 'external'>> {
  const { names } = await rpc.call('payment.providers');
  const ledger: AuditData['ledger'] = [];
  const external: string[] = [];
  for (const provider of names) {
    const { external: isExternal } = await rpc.call('payment.books', { provider, limit: 1 });
    if (isExternal) external.push(provider);
    else ledger.push(...(await readAllPages('payment.books', rpc, { provider })));
  }
  return { ledger, external };
}

const SKUS_PER_CALL = 200;

/** Reads the movement totals of the SKUs that have movements outside their stock document. */
async function readMovementTotals(stock: AuditData['stock'], rpc: Rpc): Promise<AuditData['movements']> {
  const skus = stock.flatMap(({ sku, filed }) => (filed > 0 ? [{ sku, through: filed }] : []));
  const all: AuditData['movements'] = [];
  for (let from = 0; from < skus.length; from += SKUS_PER_CALL) {
    all.push(...(await rpc.call('movement.totals', { of: skus.slice(from, from + SKUS_PER_CALL) })));
  }
  return all;
}

type PagedAction = Extract<ActionName, `${string}.books`>;

async function readAllPages<K extends PagedAction>(action: K, rpc: Rpc, of: object = {}): Promise<ItemsOf<K>[]> {
  const all: ItemsOf<K>[] = [];
  // The compiler cannot relate a generic action to the type of its pages.
  const call = rpc.call.bind(rpc) as (
    action: K,
    params: Params<PagedAction>,
  ) => Promise<{ items: ItemsOf<K>[]; next: string | null }>;
  for (let after: string | null | undefined; after !== null; ) {
    const { items, next }: { items: ItemsOf<K>[]; next: string | null } = await call(
      action,
      after === undefined ? { ...of } : { ...of, after },
    );
    all.push(...items);
    after = next;
    await setImmediate(); // lets this process do other work in between
  }
  return all;
}
