import type { Decision } from '../../../mixins/store/changes.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import { type Order, resumeAt } from './order.ts';
import { mailOf } from './order-outbox.ts';
import { type Actor, noted } from './order-state.ts';

type Shipment = NonNullable<Order['shipment']>;

/** Corrects what a customer follows the parcel by, and tells them. The same again changes nothing. @throws wrong-state */
export function correctShipment(
  order: Readonly<Order>,
  { carrier, trackingNumber }: Shipment,
  by: Actor,
  now: Date,
  note = `${carrier} ${trackingNumber}`,
): Decision<Order> {
  const known = order.shipment;
  if (!known) throw errors.wrongState(order.state, 'It was not shipped yet.');
  if (known.carrier === carrier && known.trackingNumber === trackingNumber) return { answer: order };
  const shipment = { carrier, trackingNumber };
  const history = noted(order, 'shipment-corrected', now, by, note);
  // A mail for each correction: the entry of the history is its own.
  const about = { id: `${order._id}:${history.history.length}` };
  const outbox = [...order.outbox, mailOf({ ...order, shipment }, 'order-shipped', about)];
  const patch = { shipment, outbox, nextAt: resumeAt(now), ...history };
  return { answer: { ...order, ...patch }, patch };
}

/**
 * Corrects where an order goes, as long as it can be put on the parcel. Taxes and shipping were priced by the country,
 * which stays. The same again changes nothing.
 * @throws wrong-state; invalid-request for another country
 */
export function correctAddress(order: Readonly<Order>, address: PostalAddress, by: Actor, now: Date): Decision<Order> {
  if (order.state !== 'PENDING' && order.state !== 'PAID' && order.state !== 'PACKED') {
    throw errors.wrongState(order.state, 'It is too late for another address.');
  }
  if (address.country !== order.shippingAddress.country) {
    const detail = `The order was priced for ${order.shippingAddress.country}. Cancel it, and have it ordered again.`;
    throw errors.invalidRequest([{ pointer: '/address/country', detail }]);
  }
  const fields = new Set([...Object.keys(address), ...Object.keys(order.shippingAddress)]) as Set<keyof PostalAddress>;
  if ([...fields].every((field) => address[field] === order.shippingAddress[field])) return { answer: order };
  const patch = { shippingAddress: address, ...noted(order, 'address-corrected', now, by) };
  return { answer: { ...order, ...patch }, patch };
}
