import { fingerprintOf } from '../../../../lib/contract/fingerprint.ts';
import { errors } from '../../../shared/problems.ts';
import type { Item } from '../../cart/cart.ts';
import { type Order, type Return, resumeAt } from '../order.ts';
import { type OrderUpdateDecision, updateOrder } from '../order-change.ts';
import { forgetStockEntries, mailOf } from '../order-outbox.ts';
import { type Actor, historyWith } from '../order-state.ts';
import {
  lineAmount,
  type RefundParts,
  reduceToRefundable,
  refundableAmount,
  remainderOf,
  totalAmountOf,
} from './refund-lines.ts';
import { newRefund } from './refunds.ts';
import {
  chosenRefund,
  dueDeliveryRefund,
  quantityOf,
  standardRefund,
  type ValuedItem,
  valueItems,
  type WithdrawalPeriod,
} from './return-worth.ts';

export interface ReturnRequest {
  id: string;
  key: string;
  items: readonly Item[];
  reason: string;
}

/**
 * Records a customer's request to return items. A repetition with its key changes nothing.
 * @throws wrong-state before the order was shipped; not-returnable with the items that are too many
 */
export function requestReturn(order: Readonly<Order>, request: ReturnRequest, now: Date): OrderUpdateDecision {
  const items = combineItems(request.items);
  const fingerprint = fingerprintOf({ items: request.items, reason: request.reason });
  const existing = order.returns.find(({ key }) => key === request.key);
  if (existing) {
    if (!isSameRequest(existing, { ...request, items }, fingerprint)) throw errors.idempotencyKeyReused();
    return { answer: order };
  }
  if (order.state !== 'SHIPPED' && order.state !== 'DELIVERED') {
    throw errors.wrongState(order.state, 'Only a shipped order can be returned. Cancel an order that is not shipped.');
  }
  refuseTooMany(items, (sku) => quantityOf(order.lines, sku) - returnedQuantity(order, sku));
  const requested: Return = {
    ...request,
    items,
    fingerprint,
    state: 'REQUESTED',
    approved: [],
    restock: 'NONE',
    at: now,
  };
  return updateOrder(order, {
    returns: [...order.returns, requested],
    ...historyWith(order, 'return-requested', now, { role: 'customer' }, request.reason),
  });
}

/** Returns from before fingerprints were stored are compared by their fields. */
function isSameRequest(known: Return, { items, reason }: ReturnRequest, fingerprint: string): boolean {
  if (known.fingerprint !== undefined) return known.fingerprint === fingerprint;
  return known.reason === reason && fingerprintOf({ items: known.items }) === fingerprintOf({ items });
}

export interface Approval {
  returnId: string;
  /** The items that the shop takes back. Default: all requested items. */
  items?: readonly Item[] | undefined;
  /** Whether the items can be sold again. */
  restock: boolean;
  /** The refund for the goods and for the delivery, in minor units. Default: the refund that is due. */
  refund?: { amount: number; shipping?: number | undefined } | undefined;
  refundId: string;
  by: Actor;
  note?: string | undefined;
}

/**
 * Approves a return: the worth of the goods, or an amount that staff chooses, is refunded, and the goods go back into
 * the stock. A repetition changes nothing.
 * @throws not-found, wrong-state when it was refused or approved otherwise, not-returnable, refund-too-high
 */
export function approveReturn(
  order: Readonly<Order>,
  approval: Approval,
  period: WithdrawalPeriod,
  now: Date,
): OrderUpdateDecision {
  const requested = findReturn(order, approval.returnId);
  if (requested.state === 'REFUSED') throw errors.wrongState(order.state, 'This return was refused.');
  const items = combineItems(approval.items ?? requested.items);
  const { by, restock, refund: chosen, refundId: id, note } = approval;
  const fingerprint = fingerprintOf({ items, restock, refund: chosen });
  if (requested.state === 'APPROVED') {
    if (requested.approval === undefined || requested.approval === fingerprint) return { answer: order };
    throw errors.wrongState(order.state, 'This return was approved before, with other items or another refund.');
  }
  refuseTooMany(items, (sku) => quantityOf(requested.items, sku));
  const valued = valueItems(order, items);
  const approved: Return = {
    ...requested,
    state: 'APPROVED',
    approved: items,
    approval: fingerprint,
    worth: valued.map(({ sku, worth }) => ({ sku, amount: worth })),
    restock: restock ? 'DUE' : 'NONE',
  };
  const returns = order.returns.map((one) => (one === requested ? approved : one));
  const parts = refundPartsOf(order, returns, valued, chosen, period);
  const refund = newRefund(
    order,
    { id, key: requested.id, cause: 'return', reason: `return ${requested.id}`, by },
    parts,
    now,
  );
  return updateOrder(order, {
    returns,
    refunds: refund.amount.amount > 0 ? [...order.refunds, refund] : order.refunds,
    outbox: [...order.outbox, mailOf(order, 'return-approved', { id: requested.id, amount: refund.amount })],
    nextAt: resumeAt(now),
    ...historyWith(order, 'return-approved', now, by, note ?? requested.id),
  });
}

function refundPartsOf(
  order: Readonly<Order>,
  returns: readonly Return[],
  valued: readonly ValuedItem[],
  chosen: Approval['refund'],
  period: WithdrawalPeriod,
): RefundParts {
  const left = remainderOf(order);
  if (!chosen) {
    return reduceToRefundable(order, standardRefund(valued, left, dueDeliveryRefund(order, returns, left, period)));
  }
  const { amount, shipping = 0 } = chosen;
  const most = valued.reduce((sum, { sku }) => sum + lineAmount(left.lines, sku), 0);
  const money = (minorUnits: number) => ({ ...order.totals.total, amount: minorUnits });
  if (amount > most) throw errors.refundTooHigh(money(most));
  if (shipping > left.shipping) throw errors.refundTooHigh(money(most), [], money(left.shipping));
  const parts = chosenRefund(amount, standardRefund(valued, left, 0), left, shipping);
  if (totalAmountOf(parts) > refundableAmount(order).amount) throw errors.refundTooHigh(refundableAmount(order));
  return parts;
}

/** Refuses a return. A repetition changes nothing. @throws not-found, wrong-state when it was approved */
export function refuseReturn(
  order: Readonly<Order>,
  returnId: string,
  by: Actor,
  reason: string,
  now: Date,
): OrderUpdateDecision {
  const requested = findReturn(order, returnId);
  if (requested.state === 'REFUSED') return { answer: order };
  if (requested.state === 'APPROVED') throw errors.wrongState(order.state, 'This return was approved.');
  const refused: Return = { ...requested, state: 'REFUSED' };
  return updateOrder(order, {
    returns: order.returns.map((one) => (one === requested ? refused : one)),
    outbox: [...order.outbox, mailOf(order, 'return-refused', { id: requested.id })],
    nextAt: resumeAt(now),
    ...historyWith(order, 'return-refused', now, by, reason),
  });
}

/** Records that the approved items are back in the stock. */
export function recordRestocked(order: Readonly<Order>, returnId: string): OrderUpdateDecision {
  const due = order.returns.find(({ id, restock }) => id === returnId && restock === 'DUE');
  if (!due) return { answer: order };
  return updateOrder(order, {
    returns: order.returns.map((one) => (one === due ? { ...one, restock: 'DONE' as const } : one)),
    outbox: [...order.outbox, ...forgetStockEntries(due.approved, due.id)],
  });
}

function findReturn({ returns }: Readonly<Order>, id: string): Return {
  const found = returns.find((one) => one.id === id);
  if (!found) throw errors.notFound('This return');
  return found;
}

/** The number of pieces of a SKU in open and approved returns. Refused pieces can be requested again. */
const returnedQuantity = ({ returns }: Readonly<Order>, sku: string) =>
  quantityOf(
    returns.flatMap(({ state, items, approved }) => (state === 'REQUESTED' ? items : approved)),
    sku,
  );

/** Adds up the items of each SKU. */
function combineItems(items: readonly Item[]): Item[] {
  return [...new Set(items.map(({ sku }) => sku))].map((sku) => ({ sku, quantity: quantityOf(items, sku) }));
}

/** @throws not-returnable with the items that exceed `most` */
function refuseTooMany(items: readonly Item[], most: (sku: string) => number): void {
  const refused = items
    .map(({ sku, quantity }) => ({ sku, requested: quantity, returnable: most(sku) }))
    .filter(({ requested, returnable }) => requested > returnable);
  if (refused.length > 0) throw errors.notReturnable(refused);
}
