import type { Params, Result } from '../../../lib/contract/contract.ts';
import { attentionReasons } from './attention.ts';
import { hasShippedGoods, type Order, type OrderFields, type Refund } from './order.ts';
import { orderNumber } from './order-number.ts';
import type { HistoryEntry } from './order-state.ts';
import { lineAmount, remainderOf } from './refund/refund-lines.ts';
import { allowedDecision, parkedStepOf } from './saga/parked-decision.ts';
import { paymentView } from './session/payment-view.ts';

/** An order as its customer sees it. */
export function orderView(order: Order): Result<'order.get'> {
  const { refunds, returns, note } = order;
  return {
    id: order._id,
    number: orderNumber(order._id),
    status: order.state,
    items: itemViews(order),
    shipping: order.shipping,
    discounts: order.discounts,
    taxes: order.taxes,
    totals: order.totals,
    ...placeView(order),
    ...billingView(order),
    ...(note ? { note } : {}),
    payment: paymentView(order),
    shipment: order.shipment,
    refunds: refunds.map((refund) => refundView(refund)),
    returns: returns.map(({ id, items, approved, reason, state, at }) => ({
      id,
      items,
      approved,
      reason,
      status: state,
      at: at.toISOString(),
    })),
    history: timelineView(order.history),
    createdAt: order.createdAt.toISOString(),
  };
}

/** The lines, each with its refunded amount. */
function itemViews(order: Order): Result<'order.get'>['items'] {
  const left = remainderOf(order);
  return order.lines.map((line) => {
    const refunded = { ...line.total, amount: line.total.amount - lineAmount(left.lines, line.sku) };
    return { ...line, refunded };
  });
}

function refundView({
  id,
  amount,
  lines,
  shipping,
  state,
  reason,
  at,
}: Refund): Result<'order.get'>['refunds'][number] {
  const money = (minorUnits: number) => ({ ...amount, amount: minorUnits });
  return {
    id,
    amount,
    ...(lines ? { lines: lines.map((line) => ({ ...line, amount: money(line.amount) })) } : {}),
    ...(shipping === undefined ? {} : { shipping: money(shipping) }),
    status: state,
    reason,
    at: at.toISOString(),
  };
}

/**
 * An order as staff sees it: with its customer, the staff behind each event, and the reasons for attention and parking.
 */
export function orderStaffView(order: Order): Result<'order.read'> {
  const { parkedAt, parkedError, disputes = [], decisions = [] } = order;
  // What the customer has to do may have a secret in it.
  const { action: _, ...payment } = paymentView(order);
  return {
    ...orderView(order),
    payment,
    customerId: order.customerId,
    ...(order.guest?.email === undefined ? {} : { email: order.guest.email }),
    refunds: order.refunds.map((refund) => ({
      ...refundView(refund),
      ...(refund.failure ? { failure: refund.failure.reason } : {}),
      ...(refund.settlement ? { settledFor: refund.settlement.reason } : {}),
    })),
    disputes: disputes.map(({ state, at, ...dispute }) => ({ ...dispute, status: state, at: at.toISOString() })),
    attention: attentionReasons(order),
    history: timelineView(order.history, true),
    parked: parkedAt
      ? {
          at: parkedAt.toISOString(),
          error: parkedError ?? '',
          step: parkedStepOf(order),
          decision: allowedDecision(order),
        }
      : null,
    decisions: decisions.map(({ decision, step, reason, at }) => ({ decision, step, reason, at: at.toISOString() })),
  };
}

/** The address of the invoice, if there is one, and who owes the tax. */
function billingView({ shippingAddress, billingAddress = shippingAddress, isReverseCharge }: OrderFields) {
  return { ...(billingAddress ? { billingAddress } : {}), ...(isReverseCharge ? { isReverseCharge } : {}) };
}

/** The history, numbered from 1 on. @param withIds with staff's ids, which customers do not see */
export function timelineView(history: readonly HistoryEntry[], withIds = false) {
  return history.map(({ at, by, ...entry }, index) => ({
    id: index + 1,
    ...entry,
    at: at.toISOString(),
    by: by.role,
    ...(withIds && by.role === 'staff' ? { staffId: by.id } : {}),
  }));
}

/** The summary of an order in mails. */
export function orderSummaryView(order: OrderFields): Params<'mail.queue'>['order'] {
  return {
    id: order._id,
    number: orderNumber(order._id),
    items: order.lines.map(({ title, variant, sku, quantity, unitPrice, lineTotal }) => ({
      title,
      variant,
      sku,
      quantity,
      unitPrice,
      lineTotal,
    })),
    totals: order.totals,
    ...(order.shippingAddress ? { shippingAddress: order.shippingAddress } : {}),
    ...(hasShippedGoods(order) ? {} : { requiresShipping: false }),
    createdAt: order.createdAt.toISOString(),
  };
}

/** The address of an order, or the place by which it was taxed without one. */
const placeView = ({ shippingAddress, destination }: OrderFields) => ({
  ...(shippingAddress ? { shippingAddress } : {}),
  ...(destination ? { destination } : {}),
});

/** An order as an invoice stores it. */
export function invoiceOrderView(order: Order): Params<'invoice.issue'>['order'] {
  const paid = order.history.find(({ status }) => status === 'PAID') ?? order.history[0];
  return {
    id: order._id,
    number: orderNumber(order._id),
    customerId: order.customerId,
    createdAt: order.createdAt.toISOString(),
    paidAt: (paid?.at ?? order.createdAt).toISOString(),
    currency: order.totals.total.currency,
    lines: order.lines.map(
      ({ productId: _p, category: _c, taxClass: _t, weight: _w, requiresShipping: _r, ...line }) => line,
    ),
    shipping: order.shipping,
    discounts: order.discounts.map(({ code, amount }) => ({ code, amount })),
    taxes: order.taxes,
    totals: order.totals,
    ...billingView(order),
    ...(order.destination ? { destination: order.destination } : {}),
  };
}
