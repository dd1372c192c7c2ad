import type { AuditData } from './audit-data.ts';
import type { Findings } from './violation.ts';

/** I17: each refund is the sum of its parts, and no line, delivery or order is refunded beyond its paid amount. */
export function checkRefunds({ orders }: AuditData, findings: Findings): void {
  for (const { id: orderId, paid, captured, refunds } of orders) {
    const counted = refunds.filter(({ status }) => status !== 'FAILED' && status !== 'WAIVED');
    const parts = counted.flatMap((refund) => refund.parts ?? []);
    for (const { id, amount, parts: own } of counted) {
      const sum = own ? totalOf([...own.lines.map((line) => line.amount), own.shipping]) : amount.amount;
      findings.check(sum === amount.amount, 'I17', `${id} has ${amount.amount}, its parts ${sum}`, orderId, id);
    }
    const check = (refunded: number, most: number, what: string) =>
      findings.check(refunded <= most, 'I17', `${refunded} of ${most} refunded for ${what} of ${orderId}`, orderId);
    for (const { sku, amount } of paid.lines) {
      const ofLine = parts.flatMap(({ lines }) => lines.filter((line) => line.sku === sku));
      check(totalOf(ofLine.map((line) => line.amount)), amount, sku);
    }
    check(totalOf(parts.map(({ shipping }) => shipping)), paid.shipping, 'the delivery');
    check(totalOf(counted.map(({ amount }) => amount.amount)), captured.amount, 'all');
  }
}

/** Unlike `sumAmounts` it never throws, as an audit has to report wrong amounts. */
const totalOf = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
