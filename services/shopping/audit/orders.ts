import type { AuditData, AuditedOrder } from './audit-data.ts';
import type { Findings } from './violation.ts';

/** An order that is not settled and unchanged for this time is a violation. */
const MAX_UNSETTLED_MS = 60_000;
/** The same for a pending order after the time to pay it. */
const MAX_EXPIRED_MS = 120_000;

export interface Expectations {
  /** Nothing is under way: each order is settled. */
  atRest: boolean;
  /** Ids of orders that were acknowledged to a client. */
  acknowledged: readonly string[];
}

/** I4, I7, I8, I10, I15: each order exists, once, and comes to its end. */
export function checkOrders(data: AuditData, { atRest, acknowledged }: Expectations, findings: Findings): void {
  const { orders, readAt } = data;
  const keys = new Map<string, string>();
  const claims = new Map<string, string>();
  const known = new Set<string>();
  for (const order of orders) {
    const { id, customerId, idemKey, guest, status, settled, waiting, parked, outbox } = order;
    known.add(id);
    const key = guest?.key ?? JSON.stringify([customerId, idemKey]);
    findings.check(!keys.has(key), 'I4', `${id} and ${keys.get(key)} have one key`, id, keys.get(key) ?? '');
    keys.set(key, id);
    checkClaim(order, claims, findings);
    const age = +readAt - Date.parse(order.changedAt);
    const isOverdue = +readAt - Date.parse(order.expiresAt) > MAX_EXPIRED_MS;
    const isLate = age > MAX_UNSETTLED_MS && (status !== 'PENDING' || isOverdue);
    const why = parked ? ', parked' : '';
    // One that waits for its customer is at rest, as long as there is time.
    const isUnsettled = !settled && !(waiting && !parked && !isLate);
    findings.check(!isUnsettled || !(atRest || parked || isLate), 'I8', `${id} is ${status} for ${age} ms${why}`, id);
    checkTries(order, findings);
    const undelivered = outbox.length > 0 && (atRest || parked || isLate);
    findings.check(!undelivered, 'I10', `${id} has not delivered ${outbox.join(', ')}`, id);
  }
  for (const [orderId, source] of referencedOrders(data, acknowledged)) {
    findings.check(known.has(orderId), 'I7', `${source} names ${orderId}, which does not exist`, orderId);
  }
}

/** I18: a try that is open can still be charged. */
function checkTries({ id, status, settled, tries }: AuditedOrder, findings: Findings): void {
  const open = tries.filter(({ state }) => state === 'OPEN' || state === 'ENDING').map(({ key }) => key);
  const most = settled || (status !== 'PENDING' && status !== 'REJECTING') ? 0 : 1;
  findings.check(open.length <= most, 'I18', `${id} is ${status}, and ${open.join(', ')} can still be charged`, id);
}

type ClaimedOrder = Pick<AuditedOrder, 'id' | 'customerId' | 'guest' | 'cartClaim'>;

/** I15: each order has its own generation of the cart of its customer, or of the guest who placed it. */
function checkClaim(
  { id, customerId, guest, cartClaim }: ClaimedOrder,
  claims: Map<string, string>,
  findings: Findings,
): void {
  if (cartClaim === null) return;
  const owner = guest?.id ?? customerId;
  const isOwn = cartClaim.startsWith(`${owner}:`) && /^\d+$/.test(cartClaim.slice(owner.length + 1));
  findings.check(isOwn, 'I15', `${id} claims ${cartClaim}, which is no cart of ${owner}`, id);
  const other = claims.get(cartClaim);
  findings.check(other === undefined, 'I15', `${id} and ${other} are both made of ${cartClaim}`, id, other ?? '');
  claims.set(cartClaim, id);
}

/** The ids of orders in other documents, each with its source. */
function* referencedOrders(
  { before, coupons, invoices, holds }: AuditData,
  acknowledged: readonly string[],
): Generator<[string, string]> {
  const held = new Set(holds.flatMap(({ orderIds }) => orderIds));
  for (const id of acknowledged) yield [id, 'an acknowledgement'];
  for (const { sku, res } of before) {
    for (const id of Object.keys(res)) if (!held.has(id)) yield [id, `a reservation of ${sku}`];
  }
  for (const { id: coupon, res } of coupons) for (const id of Object.keys(res)) yield [id, `a use of ${coupon}`];
  for (const { id: invoice, orderId } of invoices) yield [orderId, `invoice ${invoice}`];
}
