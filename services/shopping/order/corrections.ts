import type { PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import type { PriceBook } from '../checkout/pricing/rules.ts';
import { hasSamePrices } from '../checkout/pricing/same-prices.ts';
import { type Order, resumeAt } from './order.ts';
import { type OrderDecision, updateOrder } from './order-change.ts';
import { mailOf } from './order-outbox.ts';
import { type Actor, historyWith, type Shipment } from './order-state.ts';

/** Corrects the tracking of a parcel and tells the customer. A repetition changes nothing. @throws wrong-state */
export function correctShipment(
  order: Readonly<Order>,
  { carrier, trackingNumber }: Shipment,
  by: Actor,
  now: Date,
  note = `${carrier} ${trackingNumber}`,
): OrderDecision {
  const known = order.shipment;
  if (!known) throw errors.wrongState(order.state, 'The order is not shipped yet.');
  if (known.carrier === carrier && known.trackingNumber === trackingNumber) return { answer: order };
  const shipment = { carrier, trackingNumber };
  const { history } = historyWith(order, 'shipment-corrected', now, by, note);
  // Each correction has its own mail, with the number of its history entry in the id.
  const about = { id: `${order._id}:${history.length}` };
  const outbox = [...order.outbox, mailOf({ ...order, shipment }, 'order-shipped', about)];
  const patch = { shipment, outbox, nextAt: resumeAt(now), history };
  return { answer: { ...order, ...patch }, patch };
}

/**
 * Corrects the address of an order that was not shipped yet. The country stays, and so do the zones of its taxes and
 * its shipping, as it was priced by them. A repetition changes nothing.
 * @throws wrong-state; invalid-request for another country or zone
 */
export function correctAddress(
  order: Readonly<Order>,
  address: PostalAddress,
  book: PriceBook,
  by: Actor,
  now: Date,
): OrderDecision {
  if (order.state !== 'PENDING' && order.state !== 'PAID' && order.state !== 'PACKED') {
    throw errors.wrongState(order.state, 'The address can only be corrected before the order is shipped.');
  }
  const known = order.shippingAddress;
  if (!known) throw errors.wrongState(order.state, 'Nothing of the order is shipped, and it has no address.');
  if (address.country !== known.country) {
    const detail = `The order was priced for ${known.country}. Cancel it and order again for another country.`;
    throw errors.invalidRequest([{ pointer: '/address/country', detail }]);
  }
  // A currency that the shop has given up has no rules to compare.
  const rules = book.get(order.totals.total.currency);
  if (rules && !hasSamePrices(order, rules, known, address)) {
    const detail = 'Taxes or shipping cost another amount at this address. Cancel the order and order again.';
    throw errors.invalidField('/address/postcode', detail);
  }
  const fields = new Set([...Object.keys(address), ...Object.keys(known)]) as Set<keyof PostalAddress>;
  if ([...fields].every((field) => address[field] === known[field])) return { answer: order };
  return updateOrder(order, { shippingAddress: address, ...historyWith(order, 'address-corrected', now, by) });
}
