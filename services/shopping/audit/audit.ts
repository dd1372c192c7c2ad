import { setTimeout as sleep } from 'node:timers/promises';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { type Books, readBooks } from './books.ts';
import { checkGoods } from './goods.ts';
import { checkMoney } from './money.ts';
import { checkOrders, type Expectations } from './orders.ts';
import { checkCoupons, checkCreditNotes, checkInvoices } from './papers.ts';
import { checkRatings } from './ratings.ts';
import { checkRefunds } from './refunds.ts';
import { Findings, type Violation } from './violation.ts';

/** What is against the invariants in these books. Pure; what may just be under way is not reported. */
function violationsOf(books: Books, expectations: Expectations): Violation[] {
  const findings = new Findings();
  checkGoods(books, findings);
  checkMoney(books, findings);
  checkRefunds(books, findings);
  checkOrders(books, expectations, findings);
  checkCoupons(books, findings);
  checkInvoices(books, findings);
  checkCreditNotes(books, findings);
  checkRatings(books, findings);
  return findings.violations;
}

/** Books read while the shop goes on can differ by what happened meanwhile, but hardly so three times in a row. */
const LOOKS = 3;
/** Between two looks, in ms. */
const PAUSE = 500;

export interface Report {
  violations: Violation[];
  checked: { orders: number; skus: number; charges: number; coupons: number; invoices: number };
  /** Orders that were on their way, and are no violation. */
  inFlight: number;
}

/**
 * Audits the whole shop without stopping it. A violation is reported when each of several looks finds it at the same
 * documents.
 */
export async function audit(rpc: Rpc, expectations: Expectations): Promise<Report> {
  let books = await readBooks(rpc);
  let violations = violationsOf(books, expectations);
  for (let look = 1; look < LOOKS && violations.length > 0; look += 1) {
    await sleep(PAUSE);
    books = await readBooks(rpc);
    const again = new Map(violationsOf(books, expectations).map((violation) => [keyOf(violation), violation]));
    violations = violations.flatMap((violation) => again.get(keyOf(violation)) ?? []);
  }
  const { orders, stock, ledger, coupons, invoices } = books;
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
