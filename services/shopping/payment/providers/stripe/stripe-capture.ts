import type Stripe from 'stripe';
import type { Money } from '../../../../shared/money.ts';
import type { Authorisation, CaptureCommand, CaptureOutcome, DeferredCapture } from '../../payment-provider.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts';
import { sendUnderKey, translateErrors } from './stripe-client.ts';
import type { StripeIntents } from './stripe-intents.ts';
import { cancellationOf, isUnexpectedState, refusalOf } from './stripe-outcome.ts';

/** Captures that come after the charge (https://docs.stripe.com/payments/capture-later). */
export function deferredCapture(stripe: Stripe, intents: StripeIntents): DeferredCapture {
  const capture = async (command: CaptureCommand): Promise<CaptureOutcome> => {
    const { key, of, authorised, amount, isLast } = command;
    const intent = await intents.byKey(of, authorised);
    const known = knownCapture(intent, command);
    if (known) return known;
    const isWhole = isLast || toStripeAmount(amount) === intent.amount_capturable;
    const params = {
      amount_to_capture: toStripeAmount(amount),
      // Stripe keeps metadata longer than the idempotency key: they tell which captures were made.
      metadata: { [key]: String(amount.amount) },
      ...(isWhole ? {} : { final_capture: false }),
    };
    try {
      await sendUnderKey(key, (options) => stripe.paymentIntents.capture(intent.id, params, options));
      return { outcome: 'captured' };
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined && !isUnexpectedState(error)) throw error;
      // Another worker may have sent the same capture, or its time has just run out.
      const changed = knownCapture(await intents.byId(intent.id), command);
      if (changed) return changed;
      if (reason === undefined) throw error;
      return { outcome: 'refused', reason };
    }
  };

  const release = async (key: string, authorised: Money): Promise<Authorisation | null> => {
    const intent = await intents.byKey(key, authorised);
    if (intent.status !== 'requires_capture') return authorisationOf(intent, authorised);
    const released = intent.amount_received > 0 ? await releaseRest(stripe, key, intent) : await intents.close(intent);
    return authorisationOf(released, authorised);
  };

  return {
    find: (key, money) => translateErrors(intents.byKey(key, money).then((intent) => authorisationOf(intent, money))),
    capture: (command) => translateErrors(capture(command)),
    release: (key, money) => translateErrors(release(key, money)),
  };
}

/** Ends an authorisation of which a part is captured, and releases the rest. */
export async function releaseRest(
  { paymentIntents }: Stripe,
  key: string,
  { id }: Stripe.PaymentIntent,
): Promise<Stripe.PaymentIntent> {
  const params = { amount_to_capture: 0, final_capture: true, expand: ['latest_charge'] };
  try {
    return await sendUnderKey(`${key}:release`, (options) => paymentIntents.capture(id, params, options));
  } catch (error) {
    if (!isUnexpectedState(error)) throw error;
    return paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  }
}

/** The outcome of a capture that needs no request: it was made before, or can never be made. */
function knownCapture(
  intent: Stripe.PaymentIntent,
  { key, amount, isLast }: CaptureCommand,
): CaptureOutcome | undefined {
  const refused = (reason: string): CaptureOutcome => ({ outcome: 'refused', reason });
  if (intent.metadata[key] !== undefined) return { outcome: 'captured' };
  if (intent.status === 'canceled') return refused(cancellationOf(intent));
  if (intent.status === 'succeeded') return refused('already_captured');
  if (intent.status !== 'requires_capture') return refused('not_authorised');
  const units = toStripeAmount(amount);
  if (units > intent.amount_capturable) return refused('more_than_authorised');
  const isPart = !isLast && units < intent.amount_capturable;
  return isPart && !allowsSeveralCaptures(intent) ? refused('captured_only_once') : undefined;
}

/** Requires an expanded `latest_charge`. */
function authorisationOf(intent: Stripe.PaymentIntent, { currency }: Money): Authorisation | null {
  const state = stateOf(intent);
  if (!state) return null;
  const { captureBefore } = cardOf(intent);
  return {
    ...{ reference: intent.id, state },
    authorised: fromStripeAmount(intent.amount, currency),
    captured: fromStripeAmount(intent.amount_received, currency),
    capturable: fromStripeAmount(intent.amount_capturable, currency),
    captureBefore: captureBefore === undefined ? null : new Date(captureBefore * 1000),
    allowsSeveralCaptures: allowsSeveralCaptures(intent),
  };
}

function stateOf(intent: Stripe.PaymentIntent): Authorisation['state'] | undefined {
  switch (intent.status) {
    case 'requires_capture':
      return 'open';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return cancellationOf(intent) === 'expired' ? 'expired' : 'released';
    default:
      return undefined;
  }
}

function cardOf({ latest_charge: charge }: Stripe.PaymentIntent) {
  const details = typeof charge === 'object' ? charge?.payment_method_details : undefined;
  return { captureBefore: details?.card?.capture_before, multicapture: details?.card?.multicapture?.status };
}

const allowsSeveralCaptures = (intent: Stripe.PaymentIntent): boolean => cardOf(intent).multicapture === 'available';
