import type { AuditData } from './audit-data.ts';
import type { Findings } from './violation.ts';

type BookedOrder = AuditData['orders'][number];

/** I5, I6: the payment provider's ledger agrees with each order. */
export function checkMoney({ ledger, external, orders }: AuditData, findings: Findings): void {
  if (external) return;
  const charges = new Map(ledger.map((entry) => [entry.id, entry]));
  const known = new Set(orders.map(({ id }) => id));
  for (const { id, captured, refunded, chargedBack, amount } of ledger) {
    findings.check(captured <= amount, 'I5', `${id}: ${captured} captured of ${amount}`, id);
    const back = refunded + chargedBack;
    findings.check(back <= captured, 'I5', `${id}: ${back} refunded or charged back of ${captured}`, id);
    findings.check(captured === 0 || known.has(id), 'I5', `${id} was charged without an order`, id);
  }
  for (const order of orders) {
    // Money may be under way until the order is settled.
    if (!order.settled) continue;
    // Staff has skipped the void, so the charge may still stand.
    if (order.skipped.includes('void') || order.skipped.includes('other')) continue;
    const charge = charges.get(order.id);
    const mixed = currenciesOf(order, charge);
    if (mixed.length > 1) {
      findings.check(false, 'I6', `${order.id} is in ${mixed.join(' and ')}`, order.id);
      continue;
    }
    const kept = (charge?.captured ?? 0) - (charge?.refunded ?? 0) - (charge?.chargedBack ?? 0);
    findings.check(
      kept === dueFor(order),
      'I6',
      `${order.id} is ${order.status}: ${dueFor(order)} due, ${kept} kept`,
      order.id,
    );
  }
}

/** All amounts of an order have one currency: amounts of several are never added. */
function currenciesOf({ total, captured, refunds }: BookedOrder, charge: AuditData['ledger'][number] | undefined) {
  const booked = [total, captured, ...refunds.map(({ amount }) => amount)].map(({ currency }) => currency);
  return [...new Set([...booked, charge?.currency ?? total.currency])];
}

/**
 * The money of an order that the provider has by the order's account, in minor units of its currency. The amount of a
 * refund that failed, or was paid by other means, is still there.
 */
function dueFor({ captured, refunds, chargedBack }: BookedOrder): number {
  const done = refunds.filter(({ status }) => status === 'DONE');
  return done.reduce((left, { amount }) => left - amount.amount, captured.amount - chargedBack);
}
