import { setTimeout as sleep } from 'node:timers/promises';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { type AuditData, readAuditData } from './audit-data.ts';
import { checkCoupons, checkCreditNotes, checkInvoices } from './coupons-invoices.ts';
import { checkGoods } from './goods.ts';
import { checkMoney } from './money.ts';
import { checkOrders, type Expectations } from './orders.ts';
import { checkRatings } from './ratings.ts';
import { checkRefunds } from './refunds.ts';
import { Findings, type Violation } from './violation.ts';

/** The violations of the invariants in this data. Work that may be under way is no violation. */
function violationsOf(data: AuditData, expectations: Expectations): Violation[] {
  const findings = new Findings();
  checkGoods(data, findings);
  checkMoney(data, findings);
  checkRefunds(data, findings);
  checkOrders(data, expectations, findings);
  checkCoupons(data, findings);
  checkInvoices(data, findings);
  checkCreditNotes(data, findings);
  checkRatings(data, findings);
  return findings.violations;
}

/** Data that is read while the shop runs can be inconsistent, but rarely in the same way three times in a row. */
const AUDIT_PASSES = 3;
const PASS_INTERVAL_MS = 500;

export interface Report {
  violations: Violation[];
  checked: { orders: number; skus: number; charges: number; coupons: number; invoices: number };
  /** The number of orders under way. */
  inFlight: number;
}

/**
 * Audits the whole shop while it runs. A violation is reported if each of several passes finds it at the same
 * documents.
 */
export async function runAudit(rpc: Rpc, expectations: Expectations): Promise<Report> {
  let data = await readAuditData(rpc);
  let violations = violationsOf(data, expectations);
  for (let pass = 1; pass < AUDIT_PASSES && violations.length > 0; pass += 1) {
    await sleep(PASS_INTERVAL_MS);
    data = await readAuditData(rpc);
    const again = new Map(violationsOf(data, expectations).map((violation) => [keyOf(violation), violation]));
    violations = violations.flatMap((violation) => again.get(keyOf(violation)) ?? []);
  }
  const { orders, stock, ledger, coupons, invoices } = data;
  return {
    violations,
    checked: {
      orders: orders.length,
      skus: stock.length,
      charges: ledger.length,
      coupons: coupons.length,
      invoices: invoices.length,
    },
    inFlight: orders.filter(({ settled }) => !settled).length,
  };
}

const keyOf = ({ invariant, documents }: Violation) => `${invariant} ${documents.join(' ')}`;
