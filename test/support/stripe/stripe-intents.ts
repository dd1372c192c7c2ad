import { challengeOf } from './stripe-challenge.ts';
import { isReservable, type MethodBehaviour, type MethodBook } from './stripe-methods.ts';
import {
  expands,
  failure,
  missing,
  newStripeId,
  ok,
  pairsOf,
  type Reply,
  refused,
  type StoredCharge,
  type StoredIntent,
  secretOf,
  unexpected,
} from './stripe-shapes.ts';

/** The limits of amounts. */
const SMALLEST = 50;
const LARGEST = 99_999_999;
const AUTHORISATION_SECONDS = 7 * 86_400;

/** What the book of intents needs of the rest of the stand-in. */
interface Surroundings {
  methods: MethodBook;
  emit(type: string, object: object): void;
  /** What was refunded of an intent. */
  refunded(intentId: string): number;
  url(): string;
}

/** PaymentIntents and their charges, with all statuses of https://docs.stripe.com/payments/paymentintents/lifecycle. */
export class IntentBook {
  readonly all: StoredIntent[] = [];
  readonly charges: StoredCharge[] = [];
  /** Whether cards can be captured several times, which Stripe allows some accounts only. */
  allowsMulticapture = false;
  readonly #around: Surroundings;
  readonly #multicapture = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  find(id: string): StoredIntent | undefined {
    return this.all.find((one) => one.id === id);
  }

  create(params: URLSearchParams): Reply {
    const [amount, currency] = [Number(params.get('amount')), params.get('currency') ?? ''];
    if (currency === 'xxx') return refused({ code: 'invalid_currency', message: 'Invalid currency: xxx' });
    if (amount < SMALLEST) return refused({ code: 'amount_too_small', message: 'Amount must be at least 50 cents' });
    if (amount > LARGEST) {
      return refused({ code: 'amount_too_large', message: 'Amount must be no more than 999,999.99' });
    }
    const id = newStripeId('pi');
    const intent: StoredIntent = {
      ...{ id, object: 'payment_intent', status: 'requires_payment_method', client_secret: secretOf(id) },
      ...{ amount, amount_capturable: 0, amount_received: 0, currency, capture_method: 'automatic_async' },
      ...{ created: Math.floor(Date.now() / 1000), livemode: false, metadata: pairsOf(params, 'metadata') },
      ...{ customer: params.get('customer'), payment_method: null, latest_charge: null },
      ...{ cancellation_reason: null, last_payment_error: null, next_action: null },
    };
    this.all.push(intent);
    this.#tell('created', intent);
    return this.#reply(intent, params);
  }

  /** An act on an intent, by its name in the address. */
  act(id: string, act: string, params: URLSearchParams): Reply {
    const intent = this.find(id);
    if (!intent) return missing(`payment_intent: '${id}'`);
    switch (act) {
      case '':
        return this.#update(intent, params);
      case 'confirm':
        return this.#confirm(intent, params);
      case 'capture':
        return this.#capture(intent, params);
      case 'cancel':
        return this.#cancel(intent, params);
      default:
        return missing(`address: ${act}`);
    }
  }

  #update(intent: StoredIntent, params: URLSearchParams): Reply {
    if (params.get('customer')) intent.customer = params.get('customer');
    Object.assign(intent.metadata, pairsOf(params, 'metadata'));
    return this.#reply(intent, params);
  }

  #confirm(intent: StoredIntent, params: URLSearchParams): Reply {
    const isConfirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
    if (!isConfirmable.includes(intent.status)) return unexpected(intent);
    const { methods } = this.#around;
    const token = params.get('confirmation_token');
    const id = token ? methods.useToken(token, intent.id) : (params.get('payment_method') ?? '');
    if (id === undefined) return refused({ message: `The confirmation token ${token} was used before.` });
    const behaviour = methods.behaviour(id);
    if (!behaviour) return { ...missing(`PaymentMethod: '${id}'`, 'payment_method'), status: 400 };
    const { customer = null } = methods.find(id) ?? {};
    if (customer !== null && customer !== intent.customer) {
      return refused({ message: 'The PaymentMethod belongs to a Customer.', param: 'payment_method' });
    }
    const isManual = params.get('capture_method') === 'manual';
    if (isManual && !isReservable(behaviour)) {
      return refused({ message: `${behaviour.type} cannot be captured manually.`, param: 'capture_method' });
    }
    const challenge = behaviour.challenge && challengeOf(intent.id, behaviour, params, this.#around.url());
    if (challenge && 'refusal' in challenge) return challenge.refusal;
    if (isManual) intent.capture_method = 'manual';
    if (params.get('payment_method_options[card][request_multicapture]')) this.#multicapture.add(intent.id);
    Object.assign(intent, { payment_method: id, last_payment_error: null, next_action: null });
    if (challenge) {
      Object.assign(intent, { status: 'requires_action', next_action: challenge });
      this.#tell('requires_action', intent);
      return this.#reply(intent, params);
    }
    this.#attempt(intent, behaviour);
    const { last_payment_error: error } = intent;
    return error
      ? failure(402, 'card_error', { ...error, payment_intent: { ...intent } })
      : this.#reply(intent, params);
  }

  #attempt(intent: StoredIntent, behaviour: MethodBehaviour): void {
    if (behaviour.result === 'declines') {
      const { declineCode = 'generic_decline' } = behaviour;
      const message = 'Your card has been declined.';
      this.#fail(intent, 'card_error', { code: 'card_declined', decline_code: declineCode, message });
    } else if (behaviour.result === 'processes') {
      Object.assign(intent, { status: 'processing', next_action: null });
      this.#tell('processing', intent);
    } else if (intent.capture_method === 'manual' || behaviour.result === 'authorises') {
      this.#authorise(intent, behaviour);
    } else this.#succeed(intent, intent.amount, behaviour);
  }

  /** The customer answers a challenge; `false` if there is none any more. */
  answerChallenge(intent: StoredIntent, answer: 'approve' | 'decline'): boolean {
    const behaviour = this.#around.methods.behaviour(intent.payment_method ?? '');
    if (intent.status !== 'requires_action' || !behaviour) return false;
    intent.next_action = null;
    if (answer === 'approve') this.#attempt(intent, behaviour);
    else if (behaviour.challenge === 'redirect') {
      const code = 'payment_method_customer_decline';
      this.#fail(intent, 'invalid_request_error', { code, message: 'The customer declined.' });
    } else {
      const code = 'payment_intent_authentication_failure';
      this.#fail(intent, 'invalid_request_error', { code, message: 'The authentication failed.' });
    }
    return true;
  }

  /** A bank tells what became of a payment that is processing. */
  settle(intent: StoredIntent, result: 'succeeded' | 'failed'): void {
    if (intent.status !== 'processing') throw new Error(`${intent.id} is ${intent.status}`);
    const behaviour = this.#around.methods.behaviour(intent.payment_method ?? '');
    const code = 'payment_intent_payment_attempt_failed';
    if (result === 'succeeded') this.#succeed(intent, intent.amount, behaviour);
    else this.#fail(intent, 'invalid_request_error', { code, message: 'The bank refused the payment.' });
  }

  /** The time of an authorisation runs out. */
  expire(intent: StoredIntent): void {
    if (intent.status !== 'requires_capture') throw new Error(`${intent.id} is ${intent.status}`);
    this.#end(intent, 'automatic');
  }

  #fail(intent: StoredIntent, type: 'card_error' | 'invalid_request_error', error: object): void {
    const failed = { status: 'requires_payment_method', next_action: null, payment_method: null };
    Object.assign(intent, failed, { last_payment_error: { type, ...error } });
    this.#tell('payment_failed', intent);
  }

  #authorise(intent: StoredIntent, behaviour: MethodBehaviour): void {
    Object.assign(intent, { status: 'requires_capture', next_action: null, amount_capturable: intent.amount });
    this.#charge(intent, 0, behaviour);
    this.#tell('amount_capturable_updated', intent);
  }

  #succeed(intent: StoredIntent, received: number, behaviour?: MethodBehaviour): void {
    Object.assign(intent, { status: 'succeeded', next_action: null, amount_capturable: 0, amount_received: received });
    this.#charge(intent, received, behaviour);
    this.#tell('succeeded', intent);
  }

  #charge(intent: StoredIntent, captured: number, behaviour?: MethodBehaviour): void {
    const known = this.charges.find(({ payment_intent: of }) => of === intent.id);
    if (known) return void Object.assign(known, { amount_captured: captured, captured: captured > 0 });
    const hasSeveral = this.allowsMulticapture && this.#multicapture.has(intent.id);
    const hold = {
      capture_before: Math.floor(Date.now() / 1000) + AUTHORISATION_SECONDS,
      multicapture: { status: hasSeveral ? ('available' as const) : ('unavailable' as const) },
    };
    const { type = 'card' } = behaviour ?? {};
    const isHeld = intent.status === 'requires_capture' && type === 'card';
    const charge: StoredCharge = {
      ...{ id: newStripeId('ch'), object: 'charge', amount: intent.amount, currency: intent.currency },
      ...{ amount_captured: captured, captured: captured > 0, payment_intent: intent.id },
      metadata: { ...intent.metadata },
      payment_method_details: { type, ...(type === 'card' ? { card: isHeld ? hold : {} } : {}) },
    };
    this.charges.push(charge);
    intent.latest_charge = charge.id;
  }

  #capture(intent: StoredIntent, params: URLSearchParams): Reply {
    if (intent.status !== 'requires_capture') return unexpected(intent);
    const amount = Number(params.get('amount_to_capture') ?? intent.amount_capturable);
    const isFinal = params.get('final_capture') !== 'false';
    const card = this.charges.find(({ id }) => id === intent.latest_charge)?.payment_method_details.card;
    const hasSeveral = card?.multicapture?.status === 'available';
    if (params.has('final_capture') && !hasSeveral) {
      return refused({ message: 'Multicapture is not available for this PaymentIntent.', param: 'final_capture' });
    }
    if (amount > intent.amount_capturable || (amount === 0 && !(isFinal && intent.amount_received > 0))) {
      return refused({ code: 'amount_too_large', message: 'More than can be captured.', param: 'amount_to_capture' });
    }
    Object.assign(intent.metadata, pairsOf(params, 'metadata'));
    const received = intent.amount_received + amount;
    if (isFinal || received === intent.amount) this.#succeed(intent, received);
    else {
      Object.assign(intent, { amount_received: received, amount_capturable: intent.amount_capturable - amount });
      this.#charge(intent, received);
      this.#tell('amount_capturable_updated', intent);
    }
    return this.#reply(intent, params);
  }

  #cancel(intent: StoredIntent, params: URLSearchParams): Reply {
    if (['succeeded', 'canceled', 'processing'].includes(intent.status)) return unexpected(intent);
    this.#end(intent, params.get('cancellation_reason'));
    return this.#reply(intent, params);
  }

  #end(intent: StoredIntent, reason: string | null): void {
    Object.assign(intent, {
      ...{ status: 'canceled', cancellation_reason: reason, next_action: null, amount_capturable: 0 },
    });
    this.#tell('canceled', intent);
  }

  #tell(what: string, intent: StoredIntent): void {
    this.#around.emit(`payment_intent.${what}`, intent);
  }

  #reply(intent: StoredIntent, params: URLSearchParams): Reply {
    return ok(this.shown(intent, params));
  }

  /** An intent, with its charge where that is expanded. */
  shown(intent: StoredIntent, params: URLSearchParams): object {
    const charge = this.charges.find(({ id }) => id === intent.latest_charge);
    return {
      ...intent,
      ...(charge && expands(params, 'latest_charge') ? { latest_charge: this.shownCharge(charge) } : {}),
    };
  }

  shownCharge(charge: StoredCharge): object {
    const refunded = this.#around.refunded(charge.payment_intent);
    const isRefunded = charge.captured && refunded === charge.amount_captured;
    return { ...charge, amount_refunded: refunded, refunded: isRefunded };
  }
}
