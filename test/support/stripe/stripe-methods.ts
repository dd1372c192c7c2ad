import { newStripeId, type StoredMethod } from './stripe-shapes.ts';

/** How an attempt to pay with a payment method goes. */
export interface MethodBehaviour {
  type: string;
  /** The customer has to act first: 3-D Secure, or the page of a bank or wallet. */
  challenge?: '3-d-secure' | 'redirect';
  /** After that: at once, at once but to be captured, never, or later. */
  result: 'succeeds' | 'authorises' | 'declines' | 'processes';
  declineCode?: string;
  wallet?: string;
}

const card = { type: 'card' } as const;
const secured = { ...card, challenge: '3-d-secure' } as const;
const declines = { result: 'declines', declineCode: 'insufficient_funds' } as const;

/** Stripe's own test methods (https://docs.stripe.com/testing), and some that Stripe has only in its test clients. */
const BEHAVIOURS: Readonly<Record<string, MethodBehaviour>> = {
  pm_card_visa: { ...card, result: 'succeeds' },
  pm_card_mastercard: { ...card, result: 'succeeds' },
  pm_card_chargeDeclined: { ...card, ...declines },
  pm_card_chargeDeclinedInsufficientFunds: { ...card, ...declines },
  pm_card_authenticationRequired: { ...secured, result: 'succeeds' },
  pm_card_threeDSecure2Required: { ...secured, result: 'succeeds' },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: { ...secured, ...declines },
  /** An account whose cards are captured by hand. */
  pm_manual: { ...card, result: 'authorises' },
  pm_usBankAccount: { type: 'us_bank_account', result: 'processes' },
  pm_sepaDebit: { type: 'sepa_debit', result: 'processes' },
  pm_ideal: { type: 'ideal', challenge: 'redirect', result: 'succeeds' },
  /** A bank that tells the result after days. */
  pm_sofort: { type: 'sofort', challenge: 'redirect', result: 'processes' },
  pm_paypal: { type: 'paypal', challenge: 'redirect', result: 'succeeds' },
  pm_applePay: { ...card, result: 'succeeds', wallet: 'apple_pay' },
  pm_googlePay: { ...secured, result: 'succeeds', wallet: 'google_pay' },
};

/** The kinds that can be reserved, as far as the stand-in has them. */
const RESERVABLE_TYPES = new Set(['card', 'paypal']);

export const isReservable = ({ type }: MethodBehaviour): boolean => RESERVABLE_TYPES.has(type);

/** Payment methods: Stripe's shared test methods, and those that customers have saved. */
export class MethodBook {
  readonly saved: (StoredMethod & { of: string })[] = [];
  readonly #tokens = new Map<string, { method: string; usedBy?: string }>();

  behaviour(id: string): MethodBehaviour | undefined {
    const { of = id } = this.saved.find((one) => one.id === id) ?? {};
    return BEHAVIOURS[of];
  }

  find(id: string): StoredMethod | undefined {
    const saved = this.saved.find((one) => one.id === id);
    if (saved) return shown(saved);
    return BEHAVIOURS[id] ? { id, ...described(BEHAVIOURS[id]), customer: null } : undefined;
  }

  /** A confirmation token of Stripe.js's Payment Element: a method for one use. */
  tokenFor(method: string): string {
    const token = newStripeId('ctoken');
    this.#tokens.set(token, { method });
    return token;
  }

  /** The method of a token. */
  methodOf(token: string): string | undefined {
    return this.#tokens.get(token)?.method;
  }

  /** The method of a token, which can be used by one intent alone. */
  useToken(token: string, intentId: string): string | undefined {
    const known = this.#tokens.get(token);
    if (!known || (known.usedBy !== undefined && known.usedBy !== intentId)) return undefined;
    known.usedBy = intentId;
    return known.method;
  }

  /** Keeps a method for a customer; a shared test method gets an id of its own, as at Stripe. */
  save(method: string, customer: string): StoredMethod | undefined {
    const behaviour = this.behaviour(method);
    if (!behaviour) return undefined;
    const known = this.saved.find((one) => one.id === method);
    if (known) return shown(known);
    const kept = { id: newStripeId('pm'), ...described(behaviour), customer, of: method };
    this.saved.push(kept);
    return shown(kept);
  }

  detach(of: (method: StoredMethod) => boolean): void {
    for (const one of this.saved.filter(of)) one.customer = null;
  }
}

const shown = ({ of: _of, ...method }: StoredMethod & { of: string }): StoredMethod => method;

function described({ type, wallet }: MethodBehaviour): Omit<StoredMethod, 'id' | 'customer'> {
  const object = 'payment_method' as const;
  if (type === 'sepa_debit') return { object, type, sepa_debit: { last4: '3000' } };
  if (type === 'us_bank_account') return { object, type, us_bank_account: { last4: '6789' } };
  if (type !== 'card') return { object, type };
  const expiry = { exp_month: 8, exp_year: 2034 };
  return { object, type, card: { brand: 'visa', last4: '4242', ...expiry, wallet: wallet ? { type: wallet } : null } };
}
