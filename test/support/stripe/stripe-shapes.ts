import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';

/** The fields of Stripe's objects that the stand-in keeps: names and types are those of Stripe's library. */
type IntentField =
  | ('amount' | 'amount_capturable' | 'amount_received' | 'cancellation_reason' | 'capture_method' | 'client_secret')
  | (
      | 'created'
      | 'currency'
      | 'id'
      | 'last_payment_error'
      | 'livemode'
      | 'metadata'
      | 'next_action'
      | 'object'
      | 'status'
    );

export interface StoredIntent extends Pick<Stripe.PaymentIntent, IntentField> {
  customer: string | null;
  latest_charge: string | null;
  payment_method: string | null;
}

export interface StoredCharge
  extends Pick<Stripe.Charge, 'amount' | 'amount_captured' | 'captured' | 'currency' | 'id' | 'metadata' | 'object'> {
  payment_intent: string;
  payment_method_details: {
    type: string;
    card?: { capture_before?: number; multicapture?: { status: 'available' | 'unavailable' } };
  };
}

export interface StoredRefund extends Pick<Stripe.Refund, 'amount' | 'currency' | 'id' | 'object' | 'status'> {
  payment_intent: string;
  metadata: Record<string, string>;
  failure_reason?: string;
}

export interface StoredDispute
  extends Pick<Stripe.Dispute, 'amount' | 'currency' | 'id' | 'metadata' | 'object' | 'reason' | 'status'> {
  payment_intent: string;
}

export interface StoredSetup
  extends Pick<
    Stripe.SetupIntent,
    'client_secret' | 'id' | 'last_setup_error' | 'metadata' | 'next_action' | 'object' | 'status' | 'usage'
  > {
  customer: string | null;
  payment_method: string | null;
}

export interface StoredCustomer extends Pick<Stripe.Customer, 'id' | 'metadata' | 'object'> {}

export interface StoredMethod extends Pick<Stripe.PaymentMethod, 'id' | 'object' | 'type'> {
  customer: string | null;
  card?: { brand: string; last4: string; exp_month: number; exp_year: number; wallet: { type: string } | null };
  sepa_debit?: { last4: string };
  us_bank_account?: { last4: string };
}

export interface Reply {
  status: number;
  body: object;
  /** Stripe keeps no response under a key if the request was refused before anything was done. */
  isKept?: boolean;
}

export const newStripeId = (prefix: string): string => `${prefix}_${randomBytes(8).toString('hex')}`;

export const secretOf = (id: string): string => `${id}_secret_${randomBytes(8).toString('hex')}`;

/** The pairs of a form-encoded object, such as `metadata[orderId]=1`. */
export function pairsOf(params: URLSearchParams, name: string): Record<string, string> {
  const prefix = `${name}[`;
  const entries = [...params].filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length, -1), value]));
}

/** Whether a field is expanded, of an object or of each object of a list. */
export const expands = (params: URLSearchParams, field: string): boolean =>
  [...params].some(([key, value]) => key.startsWith('expand') && (value === field || value === `data.${field}`));

export const ok = (body: object): Reply => ({ status: 200, body });

export const list = (data: object[]): Reply => ok({ object: 'list', data, has_more: false, url: '/v1' });

export const failure = (status: number, type: string, error: object): Reply => ({
  status,
  body: { error: { type, ...error } },
});

/** A request with wrong parameters. */
export const refused = (error: { code?: string; message: string; param?: string }): Reply => ({
  ...failure(400, 'invalid_request_error', error),
  isKept: false,
});

export const missing = (what: string, param?: string): Reply => ({
  ...failure(404, 'invalid_request_error', { code: 'resource_missing', message: `No such ${what}`, param }),
  isKept: false,
});

export const unexpected = ({ id, status }: { id: string; status: string }): Reply =>
  failure(400, 'invalid_request_error', {
    code: id.startsWith('pi_') ? 'payment_intent_unexpected_state' : 'setup_intent_unexpected_state',
    message: `This intent has a status of ${status}.`,
  });
