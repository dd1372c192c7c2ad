import { decimalsOf } from '../../../../../lib/contract/currency.ts';
import { StartError } from '../../../../../lib/process/start-error.ts';
import type { Money } from '../../../../shared/money.ts';

/** Currencies without decimals that Stripe counts in hundredths (https://docs.stripe.com/currencies#special-cases). */
const CURRENCIES_IN_HUNDREDTHS = new Set(['ISK', 'UGX']);

/** The number of Stripe's units in one minor unit of a currency. */
export const stripeUnitsPerMinorUnit = (currency: string): number => (CURRENCIES_IN_HUNDREDTHS.has(currency) ? 100 : 1);

/** An amount in Stripe's units: the minor units of ISO 4217, except in a few currencies. */
export const toStripeAmount = ({ amount, currency }: Money): number => amount * stripeUnitsPerMinorUnit(currency);

/** An amount in minor units, from Stripe's units. */
export const fromStripeAmount = (units: number, currency: string): number =>
  Math.round(units / stripeUnitsPerMinorUnit(currency));

/**
 * Refuses currencies in which Stripe cannot charge every amount: those with three decimals, as it takes multiples of ten, and
 * the ariary, as it takes whole ones (https://docs.stripe.com/currencies#three-decimal).
 * @throws {StartError} with the refused currencies
 */
export function refuseUnsupportedCurrencies(currencies: readonly string[]): void {
  const refused = currencies.filter((currency) => decimalsOf(currency) > 2 || currency === 'MGA');
  if (refused.length === 0) return;
  throw new StartError(`Stripe cannot charge every amount of ${refused.join(', ')}: take it out of CURRENCIES`);
}
