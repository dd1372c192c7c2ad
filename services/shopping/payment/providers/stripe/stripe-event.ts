import type { Infer } from '../../../../../lib/contract/infer.ts';
import { idRule } from '../../../../shared/ids.ts';
import type { WebhookEvent } from '../../payment-provider.ts';
import { bodyParser } from '../webhook-body.ts';

const ORDER_ID = idRule('ord').pattern;

/** The fields of an event that the shop uses (https://docs.stripe.com/api/events/object). */
const eventRules = {
  id: 'string',
  type: 'string',
  data: {
    type: 'object',
    props: {
      object: {
        type: 'object',
        props: {
          object: { type: 'string', optional: true },
          metadata: {
            type: 'object',
            ...{ optional: true, nullable: true },
            props: { orderId: { type: 'string', optional: true } },
          },
          payment_intent: {
            type: 'multi',
            ...{ optional: true, nullable: true },
            rules: [{ type: 'string' }, { type: 'object', props: { id: 'string' } }],
          },
        },
      },
    },
  },
} as const;

type EventObject = Infer<typeof eventRules>['data']['object'];

const parseEvent = bodyParser(eventRules);

/**
 * Reads an event from a body that Stripe has signed.
 * @throws invalid-request
 */
export function stripeEvent(body: string): WebhookEvent {
  const { id, type, data } = parseEvent(body);
  const { object } = data;
  switch (object.object) {
    case 'payment_intent':
      return { id, type, about: 'payment', ...orderOf(object) };
    case 'charge':
    case 'refund':
    case 'dispute':
      return { id, type, about: 'money', ...orderOf(object), ...referenceOf(object) };
    default:
      return { id, type, about: 'payment' };
  }
}

/** The order's id is in the metadata of payments, of their charges, and of the shop's own refunds. */
function orderOf({ metadata }: EventObject): { orderId?: string } {
  const orderId = metadata?.orderId;
  return orderId !== undefined && ORDER_ID.test(orderId) ? { orderId } : {};
}

function referenceOf({ payment_intent: payment }: EventObject): { reference?: string } {
  const reference = typeof payment === 'string' ? payment : payment?.id;
  return reference === undefined ? {} : { reference };
}
