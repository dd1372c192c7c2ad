import type { Books } from './books.ts';
import type { Findings } from './violation.ts';

/** An order may be on its way for this long, in ms. */
const LONGEST = 60_000;
/** Above what a payment provider may take for its answer, in ms (placement.ts). */
const LONGEST_PAYMENT = 32 * 60_000;

export interface Expectations {
  /** Nothing is under way: all has to be done. */
  atRest: boolean;
  /** Orders that somebody was told of. */
  acknowledged: readonly string[];
}

/** I4, I7, I8, I10, I15: orders are there once, and come to their end. */
export function checkOrders(books: Books, { atRest, acknowledged }: Expectations, findings: Findings): void {
  const { orders, readAt } = books;
  const keys = new Map<string, string>();
  const claims = new Map<string, string>();
  const known = new Set<string>();
  for (const { id, customerId, idemKey, cartClaim, status, settled, parked, outbox, changedAt } of orders) {
    known.add(id);
    const key = JSON.stringify([customerId, idemKey]);
    findings.check(!keys.has(key), 'I4', `${id} and ${keys.get(key)} have one key`, id, keys.get(key) ?? '');
    keys.set(key, id);
    checkClaim({ id, customerId, cartClaim }, claims, findings);
    const age = +readAt - Date.parse(changedAt);
    const late = age > (status === 'PENDING' ? LONGEST_PAYMENT : LONGEST);
    const why = parked ? ', parked' : '';
    findings.check(settled || !(atRest || parked || late), 'I8', `${id} is ${status} for ${age} ms${why}`, id);
    const undelivered = outbox.length > 0 && (atRest || parked || late);
    findings.check(!undelivered, 'I10', `${id} has not delivered ${outbox.join(', ')}`, id);
  }
  for (const [orderId, what] of named(books, acknowledged)) {
    findings.check(known.has(orderId), 'I7', `${what} names ${orderId}, which does not exist`, orderId);
  }
}

type ClaimedOrder = Pick<Books['orders'][number], 'id' | 'customerId' | 'cartClaim'>;

/** I15: each order has a generation of its customer's cart for itself. */
function checkClaim(
  { id, customerId, cartClaim }: ClaimedOrder,
  claims: Map<string, string>,
  findings: Findings,
): void {
  if (cartClaim === null) return;
  const isOwn = cartClaim.startsWith(`${customerId}:`) && /^\d+$/.test(cartClaim.slice(customerId.length + 1));
  findings.check(isOwn, 'I15', `${id} claims ${cartClaim}, which is no cart of ${customerId}`, id);
  const other = claims.get(cartClaim);
  findings.check(other === undefined, 'I15', `${id} and ${other} are both made of ${cartClaim}`, id, other ?? '');
  claims.set(cartClaim, id);
}

/** The orders that others rely on, and who they are. */
function* named(
  { before, coupons, invoices, holds }: Books,
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
