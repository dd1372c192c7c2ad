import type { AmountLimits } from '../../payment-provider.ts';
import { stripeUnitsPerMinorUnit } from './stripe-amount.ts';

/**
 * The smallest charges, in Stripe's units (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). In other
 * currencies the minimum is the value of the minimum in the account's currency, at a rate that only Stripe knows: it
 * declines smaller amounts.
 */
const MIN_STRIPE_UNITS: Readonly<Record<string, number>> = {
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
/** The largest charge in most currencies: eight digits. */
const MAX_STRIPE_UNITS = 99_999_999;
/** The largest charge in currencies with more digits. */
const MAX_STRIPE_UNITS_BY_CURRENCY: Readonly<Record<string, number>> = { IDR: 999_999_999_999 };

/** The smallest and the largest charge in a currency, in minor units. */
export function stripeLimits(currency: string): AmountLimits {
  const factor = stripeUnitsPerMinorUnit(currency);
  return {
    least: Math.ceil((MIN_STRIPE_UNITS[currency] ?? 1) / factor),
    largest: Math.floor((MAX_STRIPE_UNITS_BY_CURRENCY[currency] ?? MAX_STRIPE_UNITS) / factor),
  };
}
