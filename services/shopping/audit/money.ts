import type { Books } from './books.ts';
import type { Findings } from './violation.ts';

type BookedOrder = Books['orders'][number];

/** I5, I6: the provider's books say of each order what the order says of itself. */
export function checkMoney({ ledger, external, orders }: Books, findings: Findings): void {
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
    // Money that is under way is where it should be once the order is settled.
    if (!order.settled) continue;
    // Staff has decided to end it without knowing what became of its charge.
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

/** Everything about an order's money is in one currency: amounts of several are never added. */
function currenciesOf({ total, captured, refunds }: BookedOrder, charge: Books['ledger'][number] | undefined) {
  const booked = [total, captured, ...refunds.map(({ amount }) => amount)].map(({ currency }) => currency);
  return [...new Set([...booked, charge?.currency ?? total.currency])];
}

/**
 * What the provider has of an order's money, in minor units of its currency, as far as the order knows. A refund that
 * failed, or was paid by other means, is still there.
 */
function dueFor({ captured, refunds, chargedBack }: BookedOrder): number {
  const done = refunds.filter(({ status }) => status === 'DONE');
  return done.reduce((left, { amount }) => left - amount.amount, captured.amount - chargedBack);
}
