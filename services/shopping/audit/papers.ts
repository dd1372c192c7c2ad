import type { Books } from './books.ts';
import type { Findings } from './violation.ts';

/** I11: each coupon's uses are those of the orders that were paid with it. */
export function checkCoupons({ coupons, orders }: Books, findings: Findings): void {
  const uses = new Map<string, { least: number; most: number }>();
  const use = (id: string, least: number, most: number) => {
    const sum = uses.get(id) ?? { least: 0, most: 0 };
    uses.set(id, { least: sum.least + least, most: sum.most + most });
  };
  for (const { status, coupons: codes, outbox, customerId } of orders) {
    if (status === 'REJECTED' || status === 'REJECTING' || status === 'CANCELLED') continue;
    for (const code of codes) {
      const waiting = status === 'PENDING' || status === 'CANCELLING' || outbox.includes(`redeem:${code}`);
      use(code, waiting ? 0 : 1, 1);
      use(`${code}:${customerId}`, waiting ? 0 : 1, 1);
    }
  }
  for (const { id, limit, available, reserved, sold } of coupons) {
    if (limit === null) continue;
    findings.check(
      sold + reserved <= limit && available >= 0,
      'I11',
      `${id}: ${sold} + ${reserved} uses of ${limit}`,
      id,
    );
    const { least, most } = uses.get(id) ?? { least: 0, most: 0 };
    findings.check(
      sold >= least && sold <= most,
      'I11',
      `${id}: ${sold} uses, orders account for ${least} to ${most}`,
      id,
    );
  }
}

/** I12: the numbers of each year are 1, 2, 3, …, each for another order. */
export function checkInvoices({ invoices }: Books, findings: Findings): void {
  const last = new Map<number, number>();
  const orders = new Map<string, string>();
  for (const { id, year, seq, orderId } of invoices.toSorted((a, b) => a.year - b.year || a.seq - b.seq)) {
    const expected = (last.get(year) ?? 0) + 1;
    findings.check(seq === expected, 'I12', `${id} follows number ${expected - 1} of ${year}`, id);
    last.set(year, seq);
    findings.check(!orders.has(orderId), 'I12', `${orderId} has ${orders.get(orderId)} and ${id}`, id, orderId);
    orders.set(orderId, id);
  }
}
