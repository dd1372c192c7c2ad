import type { AuditData } from './audit-data.ts';
import { Ranges, soldRange } from './ranges.ts';
import type { Findings } from './violation.ts';

/** I11: the uses of each coupon are those of the orders that were paid with it. */
export function checkCoupons({ coupons, orders }: AuditData, findings: Findings): void {
  const uses = new Ranges();
  for (const order of orders) {
    for (const code of order.coupons) {
      const use = soldRange(order, `redeem:${code}`, 1);
      uses.add(code, use);
      uses.add(`${code}:${order.guest?.couponHolder ?? order.customerId}`, use);
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
    const { least, most } = uses.get(id);
    findings.check(
      sold >= least && sold <= most,
      'I11',
      `${id}: ${sold} uses, orders account for ${least} to ${most}`,
      id,
    );
  }
}

/** I12: the invoices of each year are numbered 1, 2, 3, …, one for each order. */
export function checkInvoices({ invoices }: AuditData, findings: Findings): void {
  checkNumbers(invoices, 'I12', findings);
  checkUnique(
    invoices.map(({ id, orderId }) => ({ id, of: orderId })),
    'I12',
    findings,
  );
}

/**
 * I16: the credit notes of each year are numbered 1, 2, 3, …, one for each refund, with its amount and lines. The order
 * of a credit note has an invoice, and each refund of an order with an invoice has a credit note.
 */
export function checkCreditNotes({ creditNotes, invoices, orders }: AuditData, findings: Findings): void {
  checkNumbers(creditNotes, 'I16', findings);
  checkUnique(
    creditNotes.map(({ id, refundId }) => ({ id, of: refundId })),
    'I16',
    findings,
  );
  // A credited refund is owed or paid, never waived.
  const owed = orders.flatMap((order) => order.refunds.filter(({ status }) => status !== 'WAIVED'));
  const refunds = new Map(owed.map((refund) => [refund.id, refund]));
  const invoiced = new Set(invoices.map(({ orderId }) => orderId));
  for (const { id, refundId, amount, orderId, parts, taxed } of creditNotes) {
    const refund = refunds.get(refundId);
    const refunded = refund?.amount.amount;
    const isSame = refunded === amount.amount && taxed === amount.amount;
    findings.check(isSame, 'I16', `${id} has ${amount.amount}, by tax rate ${taxed}, ${refundId} ${refunded}`, id);
    const [credited, due] = [parts, refund?.parts ?? null].map((one) => JSON.stringify(one));
    findings.check(parts === null || credited === due, 'I16', `${id} credits ${credited}, ${refundId} ${due}`, id);
    findings.check(invoiced.has(orderId), 'I16', `${id} corrects no invoice`, id, orderId);
  }
  const credited = new Set(creditNotes.map(({ refundId }) => refundId));
  for (const order of orders) {
    if (!order.invoiced || !order.settled) continue;
    for (const { id, status, amount } of order.refunds) {
      const isPaid = (status === 'DONE' || status === 'SETTLED') && amount.amount > 0;
      findings.check(!isPaid || credited.has(id), 'I16', `${id} has no credit note`, id, order.id);
    }
  }
}

interface Numbered {
  id: string;
  year: number;
  seq: number;
}

function checkNumbers(documents: readonly Numbered[], invariant: 'I12' | 'I16', findings: Findings): void {
  const last = new Map<number, number>();
  for (const { id, year, seq } of documents.toSorted((a, b) => a.year - b.year || a.seq - b.seq)) {
    const expected = (last.get(year) ?? 0) + 1;
    findings.check(seq === expected, invariant, `${id} follows number ${expected - 1} of ${year}`, id);
    last.set(year, seq);
  }
}

function checkUnique(
  documents: readonly { id: string; of: string }[],
  invariant: 'I12' | 'I16',
  findings: Findings,
): void {
  const known = new Map<string, string>();
  for (const { id, of } of documents) {
    findings.check(!known.has(of), invariant, `${of} has ${known.get(of)} and ${id}`, id, of);
    known.set(of, id);
  }
}
