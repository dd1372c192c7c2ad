import { decimalsOf } from '../../../../lib/contract/currency.ts';
import { StartError } from '../../../../lib/process/start-error.ts';
import type { Money } from '../../../shared/money.ts';

/** What Stripe counts in hundredths although it has none (https://docs.stripe.com/currencies#special-cases). */
const IN_HUNDREDTHS = new Set(['ISK', 'UGX']);

/** How many of Stripe's units a minor unit of a currency is. */
export const factorOf = (currency: string): number => (IN_HUNDREDTHS.has(currency) ? 100 : 1);

/** An amount as Stripe counts it: minor units as ISO 4217 has them, but for a few currencies. */
export const inStripes = ({ amount, currency }: Money): number => amount * factorOf(currency);

/**
 * Refuses currencies in which not every total could be charged: of those with three decimals Stripe takes whole
 * hundredths alone, of the ariary whole ones (https://docs.stripe.com/currencies#three-decimal).
 * @throws {StartError} naming them
 */
export function refuseUnpayable(currencies: readonly string[]): void {
  const refused = currencies.filter((currency) => decimalsOf(currency) > 2 || currency === 'MGA');
  if (refused.length === 0) return;
  throw new StartError(`Stripe cannot charge every amount of ${refused.join(', ')}: take it out of CURRENCIES`);
}
