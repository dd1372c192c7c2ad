import type { Decision } from '../../lib/changes.ts';
import { errors } from '../../lib/errors.ts';
import type { Money } from '../../lib/money.ts';
import type { Item } from './cart.ts';
import { type Order, type Return, resumeAt } from './order.ts';
import { type Actor, noted } from './order-state.ts';
import { refundable, refundOf } from './refunds.ts';

export interface ReturnRequest {
  id: string;
  key: string;
  items: readonly Item[];
  reason: string;
}

/**
 * A customer wants to give some of an order back. The same key again changes nothing.
 * @throws wrong-state before it was shipped; not-returnable, naming what is too much
 */
export function requestReturn(order: Readonly<Order>, request: ReturnRequest, now: Date): Decision<Order> {
  const items = combined(request.items);
  const known = order.returns.find(({ key }) => key === request.key);
  if (known) {
    if (JSON.stringify(known.items) !== JSON.stringify(items)) throw errors.idempotencyKeyReused();
    return { answer: order };
  }
  if (order.state !== 'SHIPPED' && order.state !== 'DELIVERED') {
    throw errors.wrongState(order.state, 'Only what was shipped can be returned; before that, cancel the order.');
  }
  refuseTooMany(items, (sku) => count(order.lines, sku) - reclaimed(order, sku));
  const asked: Return = { ...request, items, state: 'REQUESTED', approved: [], restock: 'NONE', at: now };
  const patch = {
    returns: [...order.returns, asked],
    ...noted(order, 'return-requested', now, { role: 'customer' }, request.reason),
  };
  return { answer: { ...order, ...patch }, patch };
}

export interface Approval {
  returnId: string;
  /** What is taken back of what was requested; all of it, when it is not said. */
  items?: readonly Item[] | undefined;
  /** Whether it can be sold again. */
  restock: boolean;
  refundId: string;
  by: Actor;
  note?: string | undefined;
}

/**
 * Staff takes goods back: what was paid for them is refunded, and they go back into the stock. An approval again
 * changes nothing.
 * @throws not-found, wrong-state when it was refused, not-returnable
 */
export function approveReturn(order: Readonly<Order>, approval: Approval, now: Date): Decision<Order> {
  const asked = returnOf(order, approval.returnId);
  if (asked.state === 'APPROVED') return { answer: order };
  if (asked.state === 'REFUSED') throw errors.wrongState(order.state, 'This return was refused.');
  const items = combined(approval.items ?? asked.items);
  refuseTooMany(items, (sku) => count(asked.items, sku));
  const { by, refundId: id, note } = approval;
  const amount = worthOf(order, items);
  const refund = refundOf({ id, key: asked.id, reason: `return ${asked.id}`, by }, amount, now);
  const approved: Return = { ...asked, state: 'APPROVED', approved: items, restock: approval.restock ? 'DUE' : 'NONE' };
  const patch = {
    returns: order.returns.map((one) => (one === asked ? approved : one)),
    refunds: amount.amount > 0 ? [...order.refunds, refund] : order.refunds,
    nextAt: resumeAt(now),
    ...noted(order, 'return-approved', now, by, note ?? asked.id),
  };
  return { answer: { ...order, ...patch }, patch };
}

/** @throws not-found, wrong-state when it was approved */
export function refuseReturn(
  order: Readonly<Order>,
  returnId: string,
  by: Actor,
  reason: string,
  now: Date,
): Decision<Order> {
  const asked = returnOf(order, returnId);
  if (asked.state === 'REFUSED') return { answer: order };
  if (asked.state === 'APPROVED') throw errors.wrongState(order.state, 'This return was approved.');
  const refused: Return = { ...asked, state: 'REFUSED' };
  const patch = {
    returns: order.returns.map((one) => (one === asked ? refused : one)),
    ...noted(order, 'return-refused', now, by, reason),
  };
  return { answer: { ...order, ...patch }, patch };
}

/** Notes that what was approved is back in the stock. */
export function restocked(order: Readonly<Order>, returnId: string): Decision<Order> {
  const due = order.returns.find(({ id, restock }) => id === returnId && restock === 'DUE');
  if (!due) return { answer: order };
  const patch = {
    returns: order.returns.map((one) => (one === due ? { ...one, restock: 'DONE' as const } : one)),
    outbox: [
      ...order.outbox,
      ...due.approved.map(({ sku }) => ({
        id: `forget:${due.id}:${sku}`,
        action: 'inventory.forget' as const,
        params: { sku, key: due.id },
      })),
    ],
  };
  return { answer: { ...order, ...patch }, patch };
}

function returnOf({ returns }: Readonly<Order>, id: string): Return {
  const found = returns.find((one) => one.id === id);
  if (!found) throw errors.notFound('This return');
  return found;
}

/** How much of a SKU is in a list of items. */
const count = (items: readonly Item[], sku: string) =>
  items.reduce((total, item) => total + (item.sku === sku ? item.quantity : 0), 0);

/** How much of a SKU is back or on its way: what was refused, or not taken back of a request, can be asked for again. */
const reclaimed = ({ returns }: Readonly<Order>, sku: string) =>
  count(
    returns.flatMap(({ state, items, approved }) => (state === 'REQUESTED' ? items : approved)),
    sku,
  );

/** One item for each SKU. */
function combined(items: readonly Item[]): Item[] {
  return [...new Set(items.map(({ sku }) => sku))].map((sku) => ({ sku, quantity: count(items, sku) }));
}

function refuseTooMany(items: readonly Item[], most: (sku: string) => number): void {
  const refused = items
    .map(({ sku, quantity }) => ({ sku, requested: quantity, returnable: most(sku) }))
    .filter(({ requested, returnable }) => requested > returnable);
  if (refused.length > 0) throw errors.notReturnable(refused);
}

/**
 * What was paid for the items, never more than is left to refund. Of a line returned in parts, the parts together are
 * worth what the line cost: each is the difference of two rounded shares.
 */
function worthOf(order: Readonly<Order>, items: readonly Item[]): Money {
  const left = refundable(order);
  const amount = items.reduce((total, { sku, quantity }) => {
    const line = order.lines.find((one) => one.sku === sku);
    if (!line) return total;
    const before = count(
      order.returns.flatMap(({ approved }) => approved),
      sku,
    );
    const share = (count: number) => Math.floor((line.total.amount * count) / line.quantity);
    return total + share(before + quantity) - share(before);
  }, 0);
  return { ...left, amount: Math.min(amount, left.amount) };
}
