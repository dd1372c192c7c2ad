import type { AuditData, AuditedOrder } from './audit-data.ts';
import type { Findings } from './violation.ts';

/** I5, I6: the ledgers of the payment providers agree with each order. */
export function checkMoney({ ledger, external, orders }: AuditData, findings: Findings): void {
  const charges = Map.groupBy(ledger, ({ id }) => id);
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
    // By the key of the first try, the order's id, there is a line of each provider whose money staff books, too.
    const own = order.tries.flatMap(({ key }) => charges.get(key) ?? []);
    const mixed = currenciesOf(order, own);
    if (mixed.length > 1) {
      findings.check(false, 'I6', `${order.id} is in ${mixed.join(' and ')}`, order.id);
      continue;
    }
    const kept = own.reduce((sum, charge) => sum + charge.captured - charge.refunded - charge.chargedBack, 0);
    // Of money at a provider whose ledger cannot be read, the others must have nothing.
    const due = external.includes(order.provider ?? '') ? 0 : expectedAmount(order);
    findings.check(kept === due, 'I6', `${order.id} is ${order.status}: ${due} due, ${kept} kept`, order.id);
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
