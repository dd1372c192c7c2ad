import type Stripe from 'stripe';
import { idRule } from '../../../../shared/ids.ts';
import type { WebhookEvent } from '../../payment-provider.ts';

const ORDER_ID = idRule('ord').pattern;

/** What an event of Stripe is about: a payment has an outcome, or something happened to the money of one. */
export function eventOf({ id, type, data: { object } }: Stripe.Event): WebhookEvent {
  switch (object.object) {
    case 'payment_intent':
      return { id, type, about: 'payment', ...orderOf(object.metadata) };
    case 'charge':
    case 'refund':
    case 'dispute':
      return { id, type, about: 'money', ...orderOf(object.metadata), ...referenceOf(object.payment_intent) };
    default:
      return { id, type, about: 'payment' };
  }
}

/** A charge has the metadata of its payment, and the shop's own refunds name their order. */
function orderOf(metadata: Stripe.Metadata | null): { orderId?: string } {
  const orderId = metadata?.orderId;
  return orderId !== undefined && ORDER_ID.test(orderId) ? { orderId } : {};
}

function referenceOf(payment: string | Stripe.PaymentIntent | null): { reference?: string } {
  const reference = typeof payment === 'string' ? payment : payment?.id;
  return reference === undefined ? {} : { reference };
}
