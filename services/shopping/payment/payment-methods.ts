import type { Rpc } from '../../../lib/contract/contract.ts';
import { isGuestId } from '../../shared/ids.ts';
import type { Money } from '../../shared/money.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors, type PaymentMethodRefusal } from '../../shared/problems.ts';
import type { AmountLimits } from './payment-provider.ts';
import type { ProviderConfig } from './providers/provider-definition.ts';
import { enabledProviders, type Provider } from './providers/registry.ts';

/** A payment method with its provider. */
export interface ChosenMethod {
  provider: Provider;
  method: string;
}

/**
 * The provider that a payment method names: it is the first one that knows the method. Without a method it is the shop's
 * first one.
 * @throws unknown-payment-method
 */
export function chooseMethod(given: string | undefined, config: ProviderConfig): ChosenMethod {
  const providers = enabledProviders(config);
  const [first] = providers;
  if (given === undefined) return { provider: first, method: first.methodOf(undefined) };
  for (const provider of providers) {
    try {
      return { provider, method: provider.methodOf(given) };
    } catch (error) {
      if (!isProblem(error, 'unknown-payment-method')) throw error;
    }
  }
  throw errors.unknownPaymentMethod(given);
}

/** The amounts that a provider charges in this shop. */
export function limitsOf(provider: Provider, config: ProviderConfig): (currency: string) => AmountLimits {
  const { largest: most = Number.POSITIVE_INFINITY } = provider.restrictions(config);
  return (currency) => {
    const { least, largest } = provider.limits(currency);
    return { least, largest: Math.min(largest, most) };
  };
}

/** The amounts that can be charged by one provider or another. */
export function limitsOfAll(config: ProviderConfig): (currency: string) => AmountLimits {
  const limits = enabledProviders(config).map((provider) => limitsOf(provider, config));
  return (currency) => {
    const all = limits.map((of) => of(currency));
    return {
      least: Math.min(...all.map(({ least }) => least)),
      largest: Math.max(...all.map(({ largest }) => largest)),
    };
  };
}

/** An order to be paid, as far as it is known. */
export interface Payable {
  currency?: string | undefined;
  country?: string | undefined;
  /** In minor units. A total of zero is not charged, so any method will do. */
  total?: number | undefined;
}

/** Why a provider cannot be used for an order; undefined if it can. Permissions of customers are checked elsewhere. */
export function methodRefusal(
  provider: Provider,
  { currency, country, total }: Payable,
  config: ProviderConfig,
): PaymentMethodRefusal | undefined {
  if (!enabledProviders(config).includes(provider)) return 'switched-off';
  const { currencies, countries } = provider.restrictions(config);
  const isOutside = (list: readonly string[], code: string | undefined) =>
    code !== undefined && list.length > 0 && !list.includes(code);
  if (isOutside(currencies, currency)) return 'currency';
  if (isOutside(countries, country)) return 'country';
  if (total === undefined || total === 0 || currency === undefined) return undefined;
  const { least, largest } = limitsOf(provider, config)(currency);
  if (total < least) return 'total-too-low';
  return total > largest ? 'total-too-high' : undefined;
}

/** @throws payment-method-unavailable when the method cannot be used for an order of this total to this country */
export function refuseMethod(
  { provider, method }: ChosenMethod,
  total: Money,
  country: string,
  config: ProviderConfig,
) {
  const refusal = methodRefusal(provider, { country, currency: total.currency, total: total.amount }, config);
  if (refusal) throw errors.paymentMethodUnavailable(method, refusal);
}

/** Whether a shopper may use all of these providers. Guests have no permission. */
export async function isMethodAllowed(
  providers: readonly Provider[],
  shopperId: string | undefined,
  rpc: Rpc,
): Promise<boolean> {
  if (!providers.some(({ needsPermission }) => needsPermission)) return true;
  if (shopperId === undefined || isGuestId(shopperId)) return false;
  return (await rpc.call('customer.paymentTerms', { customerId: shopperId })).invoice;
}

/** @throws payment-method-unavailable when staff has not allowed the method to the shopper */
export async function refuseUnlessAllowed(
  { provider, method }: ChosenMethod,
  shopperId: string,
  rpc: Rpc,
): Promise<void> {
  if (await isMethodAllowed([provider], shopperId, rpc)) return;
  throw errors.paymentMethodUnavailable(method, 'not-allowed');
}
