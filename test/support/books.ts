import type { Store } from '../../mixins/store/store.ts';
import type { Account } from '../../services/customer/account/account.ts';
import type { Mail } from '../../services/customer/mail/mail.ts';
import type { CategoryTree } from '../../services/product/category/category-tree.ts';
import type { ImportJob } from '../../services/product/import/job.ts';
import type { StoredMovements } from '../../services/product/inventory/movement-block.ts';
import type { Stock } from '../../services/product/inventory/stock.ts';
import type { StockAdjustment } from '../../services/product/inventory/stock-adjustment.ts';
import type { Product } from '../../services/product/product/product.ts';
import type { Review } from '../../services/product/review/review.ts';
import type { Vote } from '../../services/product/review/review-vote.ts';
import type { StockAlert } from '../../services/product/stock-alert/stock-alert.ts';
import type { Cart } from '../../services/shopping/cart/cart.ts';
import type { Coupon } from '../../services/shopping/coupon/coupon.ts';
import type { Hold } from '../../services/shopping/hold/hold.ts';
import type { CreditNote } from '../../services/shopping/invoice/credit-note.ts';
import type { Invoice } from '../../services/shopping/invoice/invoice.ts';
import type { Order } from '../../services/shopping/order/order.ts';
import { awaitsCustomer } from '../../services/shopping/order/session/payment-tries.ts';
import type { LedgerEntry } from '../../services/shopping/payment/providers/sandbox/ledger-entry.ts';
import type { Receivable } from '../../services/shopping/payment/receivables/receivable.ts';
import { eventually, type TestShop } from './shop.ts';

/** Whose documents a service of the shop keeps. */
interface Kept {
  customer: Account;
  mail: Mail;
  product: Product;
  category: CategoryTree;
  inventory: Stock;
  movement: StoredMovements;
  posting: StockAdjustment;
  'stock-alert': StockAlert;
  review: Review;
  'review-vote': Vote;
  import: ImportJob;
  cart: Cart;
  coupon: Coupon;
  hold: Hold;
  order: Order;
  sandbox: LedgerEntry;
  receivable: Receivable;
  invoice: Invoice;
  'credit-note': CreditNote;
}

/** The documents of a service of this process, past its actions. */
export function storeOf<K extends keyof Kept>({ broker }: TestShop, service: K): Store<Kept[K]> {
  return (broker.getLocalService(service) as unknown as { store: Store<Kept[K]> }).store;
}

/** How many of a SKU are there to be had. */
export async function availableOf(shop: TestShop, sku: string): Promise<number> {
  return (await storeOf(shop, 'inventory').get(sku))?.available ?? 0;
}

/** Waits until recovery has nothing more to do, and resolves with what the auditor finds against the shop then. */
export async function wrongAtRest(shop: TestShop, acknowledged: string[] = []): Promise<string[]> {
  await eventually(
    async () => {
      const due = await storeOf(shop, 'order').find({ nextAt: { $gt: new Date(0) } });
      // What an order waits for that waits for its customer is not recovery.
      return due.filter((order) => !awaitsCustomer(order)).map(({ _id, state }) => ({ _id, state }));
    },
    (open) => open.length === 0,
    // On a busy machine too.
    120_000,
  );
  const { violations } = await shop.broker.call('audit.run', { atRest: true, acknowledged });
  return violations.map(({ invariant, detail }) => `${invariant} ${detail}`);
}

/** Stops the shop; what was against its invariants at rest. */
export async function stopAndAudit(shop: TestShop): Promise<string[]> {
  try {
    return await wrongAtRest(shop);
  } finally {
    await shop.stop();
  }
}
