// Checked by `npm run types`: each line under an @ts-expect-error is a mistake that the compiler has to refuse.
import type { Money } from '../../services/shared/money.ts';
import type { Order, OrderFields, PaidOrder } from '../../services/shopping/order/order.ts';
import type { OrderDecision, OrderPatch } from '../../services/shopping/order/order-change.ts';
import { canMove, type OrderProgress, type Transition } from '../../services/shopping/order/order-state.ts';
import type { OrderStore } from '../../services/shopping/order/order-store.ts';

declare const fields: OrderFields;
declare const total: Money;
declare const order: Order;
declare const orders: OrderStore;
const payment = { provider: 'stripe', reference: 'pi_1', captured: total };
const rejection = { code: 'order-expired' } as const;
const shipment = { carrier: 'Post', trackingNumber: 'RR1' };
const nothing = { rejection: null, payment: null, shipment: null };

export const storable: Order[] = [
  { ...fields, ...nothing, state: 'PENDING' },
  { ...fields, ...nothing, state: 'REJECTING', rejection },
  { ...fields, ...nothing, state: 'REJECTED', rejection },
  { ...fields, ...nothing, state: 'REJECTED', rejection, payment },
  { ...fields, ...nothing, state: 'PAID', payment },
  { ...fields, ...nothing, state: 'CANCELLED', payment },
  { ...fields, ...nothing, state: 'SHIPPED', payment, shipment },
  { ...fields, ...nothing, state: 'DELIVERED', payment, shipment },
  { ...fields, ...nothing, state: 'DELIVERED', payment },
];

export const notStorable: Order[] = [
  // @ts-expect-error a paid order without a payment
  { ...fields, ...nothing, state: 'PAID' },
  // @ts-expect-error a pending order with a payment
  { ...fields, ...nothing, state: 'PENDING', payment },
  // @ts-expect-error a rejected order without a rejection
  { ...fields, ...nothing, state: 'REJECTED' },
  // @ts-expect-error an order that is both paid and rejected
  { ...fields, ...nothing, state: 'PAID', payment, rejection },
  // @ts-expect-error a shipped order without a shipment
  { ...fields, ...nothing, state: 'SHIPPED', payment },
  // @ts-expect-error a packed order that was shipped
  { ...fields, ...nothing, state: 'PACKED', payment, shipment },
  // @ts-expect-error a cancelled order without a payment: it would have been rejected
  { ...fields, ...nothing, state: 'CANCELLED' },
];

export const patches: OrderPatch[] = [
  { nextAt: null, refunds: [] },
  { state: 'PAID', payment, nextAt: null },
  { state: 'REJECTED' },
  { shipment },
];

const forgetful = { state: 'PAID', history: [] } as const;
const secret = { payment, history: [] };

export const notPatches: OrderPatch[] = [
  // @ts-expect-error a patch to PAID without the payment
  { state: 'PAID' },
  // @ts-expect-error the same, of a variable
  forgetful,
  // @ts-expect-error a payment without the state that goes with it
  secret,
  // @ts-expect-error a patch to REJECTING without the rejection
  { state: 'REJECTING' },
  // @ts-expect-error a patch to SHIPPED without the shipment
  { state: 'SHIPPED' },
  // @ts-expect-error no order becomes pending
  { state: 'PENDING' },
  // @ts-expect-error a payment that is taken away
  { payment: null },
  // @ts-expect-error a payment that is taken away from a packed order
  { state: 'PACKED', payment: null },
];

// @ts-expect-error a decision that moves an order without what its next state has
export const decision: OrderDecision = { answer: order, patch: forgetful };

// @ts-expect-error the store takes no such decision
export const changed: Promise<Order> = orders.change('ord_1', (one) => ({ answer: one, patch: forgetful }));

// @ts-expect-error a new order is pending
export const inserted: Promise<boolean> = orders.insert({ ...fields, ...nothing, state: 'PAID', payment });

// @ts-expect-error a transition without what it brings
export const transition: Transition = { state: 'PAID' };

/** The state tells what an order has. */
export function narrowed(one: Order): Money | null {
  if (one.state === 'PACKED') return one.payment.captured;
  if (canMove(one, 'CANCELLING')) return one.payment.captured;
  if (one.rejection) return one.shipment;
  // @ts-expect-error a pending order, for example, has none
  return one.payment.captured;
}

export function onlyPaid(one: PaidOrder, progress: OrderProgress): PaidOrder {
  // @ts-expect-error an order of which it is not known whether it is paid
  const unknown: PaidOrder = { ...fields, ...progress };
  return one.payment ? one : unknown;
}
