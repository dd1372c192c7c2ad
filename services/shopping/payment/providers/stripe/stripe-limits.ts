import type { AmountLimits } from '../../payment-provider.ts';
import { factorOf } from './stripe-amount.ts';

/**
 * The smallest amounts that Stripe charges, in its own units
 * (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). Of other currencies it takes what is worth as
 * much as the smallest one of the account's currency, which only Stripe can tell: it declines what is less.
 */
const STRIPE_LEAST: Readonly<Record<string, number>> = {
  AED: 200,
  AUD: 50,
  BGN: 100,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  CZK: 1500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  INR: 50,
  JPY: 50,
  MXN: 1000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PLN: 200,
  RON: 200,
  SEK: 300,
  SGD: 50,
  THB: 1000,
  USD: 50,
};
/** Eight digits, whatever the currency, in Stripe's units. */
const STRIPE_LARGEST = 99_999_999;
/** Currencies in which Stripe takes more digits. */
const STRIPE_LARGEST_OF: Readonly<Record<string, number>> = { IDR: 999_999_999_999 };

/** What Stripe charges in a currency, and the sandbox too, so that a shop is tried with the limits that it will have. */
export function stripeLimits(currency: string): AmountLimits {
  const factor = factorOf(currency);
  return {
    least: Math.ceil((STRIPE_LEAST[currency] ?? 1) / factor),
    largest: Math.floor((STRIPE_LARGEST_OF[currency] ?? STRIPE_LARGEST) / factor),
  };
}
