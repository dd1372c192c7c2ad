import type { AuditData, AuditedOrder } from './audit-data.ts';
import { Ranges, soldRange } from './ranges.ts';
import type { Findings } from './violation.ts';

/**
 * I1, I2, I3, I9, I13: the quantities and movements of the stock add up, and orders account for reserved and sold
 * quantities.
 */
export function checkGoods({ before, stock, movements, orders, holds }: AuditData, findings: Findings): void {
  const expected = soldQuantities(orders);
  const settledStatus = new Map(
    orders
      .filter(({ settled, skipped }) => settled && !skipped.some(movesGoods))
      .map((order) => [order.id, order.status]),
  );
  const held = new Set(holds.flatMap(({ orderIds }) => orderIds));
  const earlier = new Map(before.map(({ sku, sold }) => [sku, sold]));
  for (const { sku, available, reserved, sold, received, adjusted, res } of stock) {
    const sum = `${available} available + ${reserved} reserved + ${sold} sold`;
    const all = `${received} received and ${adjusted} adjusted`;
    findings.check(available + reserved + sold === received + adjusted, 'I1', `${sku}: ${sum} of ${all}`, sku);
    findings.check(Math.min(available, reserved, sold) >= 0, 'I1', `${sku}: ${sum}, one is negative`, sku);
    const reservations = Object.values(res).reduce((total, quantity) => total + quantity, 0);
    findings.check(
      reservations === reserved,
      'I2',
      `${sku}: ${reserved} reserved, ${reservations} in reservations`,
      sku,
    );
    const { least, most } = expected.get(sku);
    // Sales reach the stock with a delay: it now has at least the settled ones, and before it had at most the paid
    // ones.
    const isEnough = sold >= least;
    const isWithin = (earlier.get(sku) ?? 0) <= most;
    findings.check(isEnough && isWithin, 'I3', `${sku}: ${sold} sold, orders account for ${least} to ${most}`, sku);
    for (const orderId of Object.keys(res)) {
      const status = held.has(orderId) ? undefined : settledStatus.get(orderId);
      findings.check(status === undefined, 'I9', `${sku} is reserved for ${orderId}, which is ${status}`, sku, orderId);
    }
  }
  checkLedger(stock, movements, findings);
}

/** I13. Movements are in the ledger before they leave the stock's log, so that both can be read one after the other. */
function checkLedger(stock: AuditData['stock'], movements: AuditData['movements'], findings: Findings): void {
  const ledger = new Map(movements.map((total) => [total.sku, total]));
  for (const { sku, available, reserved, sold, filed, logged } of stock) {
    const found = ledger.get(sku) ?? { count: 0, available: 0, reserved: 0, sold: 0 };
    const sums = [found.available + logged.available, found.reserved + logged.reserved, found.sold + logged.sold];
    const isRight = found.count === filed && sums.join() === [available, reserved, sold].join();
    const detail = `${found.count} of ${filed} are filed, all add up to ${sums} of ${available},${reserved},${sold}`;
    findings.check(isRight, 'I13', `${sku}: movements: ${detail}`, sku);
  }
}

/** Whether a step moves goods. */
const movesGoods = (step: string) => ['deliver', 'take-back', 'restock', 'other'].includes(step);

/** The sold quantity of each SKU, by the orders. */
function soldQuantities(orders: readonly AuditedOrder[]): Ranges {
  const ranges = new Ranges();
  for (const order of orders) {
    // Staff has skipped a step, so it has to check whether these goods reached the stock.
    const isUnknown = order.skipped.some(movesGoods);
    for (const { sku, quantity } of order.items) {
      ranges.add(sku, isUnknown ? { least: 0, most: quantity } : soldRange(order, `sell:${sku}`, quantity));
    }
    for (const { restock, approved } of order.returns) {
      if (restock === 'NONE') continue;
      for (const { sku, quantity } of approved) {
        ranges.add(sku, { least: -quantity, most: restock === 'DONE' ? -quantity : 0 });
      }
    }
  }
  return ranges;
}
