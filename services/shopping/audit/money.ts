import type { AuditData, AuditedOrder } from './audit-data.ts';
import type { Findings } from './violation.ts';

/** I5, I6: the payment provider's ledger agrees with each order. */
export function checkMoney({ ledger, external, orders }: AuditData, findings: Findings): void {
  if (external) return;
  const charges = new Map(ledger.map((entry) => [entry.id, entry]));
  // Each try to pay an order has a charge of its own.
  const known = new Set(orders.flatMap(({ tries }) => tries.map(({ key }) => key)));
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
    const own = order.tries.flatMap(({ key }) => charges.get(key) ?? []);
    const mixed = currenciesOf(order, own);
    if (mixed.length > 1) {
      findings.check(false, 'I6', `${order.id} is in ${mixed.join(' and ')}`, order.id);
      continue;
    }
    const kept = own.reduce((sum, charge) => sum + charge.captured - charge.refunded - charge.chargedBack, 0);
    findings.check(
      kept === expectedAmount(order),
      'I6',
      `${order.id} is ${order.status}: ${expectedAmount(order)} due, ${kept} kept`,
      order.id,
    );
  }
}

/** The currencies of an order's amounts. There has to be one: amounts of several cannot be added. */
function currenciesOf({ total, captured, refunds }: AuditedOrder, charges: AuditData['ledger']) {
  const booked = [total, captured, ...refunds.map(({ amount }) => amount)].map(({ currency }) => currency);
  return [...new Set([...booked, ...charges.map(({ currency }) => currency ?? total.currency)])];
}

/**
 * The amount that the payment provider should have, by the order, in minor units. It still has the amounts of refunds
 * that failed or were paid by other means.
 */
function expectedAmount({ captured, refunds, chargedBack }: AuditedOrder): number {
  const done = refunds.filter(({ status }) => status === 'DONE');
  return done.reduce((left, { amount }) => left - amount.amount, captured.amount - chargedBack);
}
