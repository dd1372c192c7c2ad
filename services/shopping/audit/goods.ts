import type { Books } from './books.ts';
import type { Findings } from './violation.ts';

type BookedOrder = Books['orders'][number];

/** How many of a SKU may be sold, as far as the orders tell: what is under way may or may not have reached the stock. */
interface Range {
  least: number;
  most: number;
}

/** I1, I2, I3, I9: the stock adds up, and is held and sold for orders that are entitled to it. */
export function checkGoods({ before, stock, orders, holds }: Books, findings: Findings): void {
  const sold = soldBy(orders);
  const final = new Map(orders.filter(({ settled }) => settled).map((order) => [order.id, order.status]));
  const held = new Set(holds.flatMap(({ orderIds }) => orderIds));
  const earlier = new Map(before.map(({ sku, sold }) => [sku, sold]));
  for (const { sku, available, reserved, sold: gone, received, res } of stock) {
    const sum = `${available} available + ${reserved} reserved + ${gone} sold`;
    findings.check(available + reserved + gone === received, 'I1', `${sku}: ${sum} of ${received} received`, sku);
    findings.check(Math.min(available, reserved, gone) >= 0, 'I1', `${sku}: ${sum}, one is negative`, sku);
    const reservations = Object.values(res).reduce((total, quantity) => total + quantity, 0);
    findings.check(
      reservations === reserved,
      'I2',
      `${sku}: ${reserved} reserved, ${reservations} in reservations`,
      sku,
    );
    const { least, most } = sold.get(sku) ?? { least: 0, most: 0 };
    // Sales only wait for a moment: those of now are at least what was settled, those of before at most what was paid.
    const least_ok = gone >= least;
    const most_ok = (earlier.get(sku) ?? 0) <= most;
    findings.check(least_ok && most_ok, 'I3', `${sku}: ${gone} sold, orders account for ${least} to ${most}`, sku);
    for (const orderId of Object.keys(res)) {
      const status = held.has(orderId) ? undefined : final.get(orderId);
      findings.check(status === undefined, 'I9', `${sku} is reserved for ${orderId}, which is ${status}`, sku, orderId);
    }
  }
}

function soldBy(orders: readonly BookedOrder[]): Map<string, Range> {
  const ranges = new Map<string, Range>();
  const add = (sku: string, least: number, most: number) => {
    const range = ranges.get(sku) ?? { least: 0, most: 0 };
    ranges.set(sku, { least: range.least + least, most: range.most + most });
  };
  for (const { items, status, outbox, returns } of orders) {
    for (const { sku, quantity } of items) {
      if (status === 'REJECTED' || status === 'REJECTING' || status === 'CANCELLED') continue;
      const waiting = status === 'PENDING' || status === 'CANCELLING' || outbox.includes(`sell:${sku}`);
      add(sku, waiting ? 0 : quantity, quantity);
    }
    for (const { restock, approved } of returns) {
      if (restock === 'NONE') continue;
      for (const { sku, quantity } of approved) add(sku, -quantity, restock === 'DONE' ? -quantity : 0);
    }
  }
  return ranges;
}
