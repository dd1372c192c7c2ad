import type { service } from '../../../../lib/contract/service.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { readSettings, type Settings, type SettingValues } from '../../../../lib/process/settings/read-settings.ts';
import type { AmountLimits, ConnectProvider } from '../payment-provider.ts';
import type { ReceivableProvider } from '../receivables/receivable.ts';

/** The part of the configuration that providers read. */
export type ProviderConfig = Pick<Config, 'production' | 'variables' | 'tokenSecret' | 'currencies'>;

/** A module whose default export makes a service. */
interface ServiceModule {
  default: (config: Config) => ReturnType<typeof service>;
}

/** Orders that a shop does not have paid by a provider. */
interface Restrictions {
  /** The only currencies and countries; empty: all. */
  currencies: readonly string[];
  countries: readonly string[];
  /** The largest total, in minor units of any currency. */
  largest?: number;
}

interface Declaration<Name extends string> {
  /** The name in PAYMENT_PROVIDERS, in orders, and in `POST /v1/webhooks/<name>`: lower-case letters. */
  readonly name: Name;
  /** The kind of payment, for front ends. `card`: a token of a card or a wallet; the others are payment methods themselves. */
  readonly kind: 'card' | ReceivableProvider;
  /** The header of a webhook request that has its signature. Absent: the provider sends no webhooks. */
  readonly signatureHeader?: string;
  /**
   * The setting that selects this provider by its presence when PAYMENT_PROVIDERS is unset. Absent: the shop uses the
   * provider only if PAYMENT_PROVIDERS names it; but a shop outside of production uses the sandbox without settings.
   */
  readonly credential?: string;
  /** Whether the provider is a server outside the shop, which needs a circuit breaker. */
  readonly isRemote: boolean;
  /** The smallest and the largest charge in a currency. The provider may decline amounts between them. */
  limits(currency: string): AmountLimits;
  /**
   * Checks the payment method of a request, or chooses the default one. It runs before there is an order, and without a
   * call to the provider.
   * @throws unknown-payment-method
   */
  methodOf(given: string | undefined): string;
  /** Whether staff has to allow the payment method to each customer. */
  readonly needsPermission?: true;
  /** Moleculer services of the provider, which run on shopping nodes. */
  services?(): Promise<ServiceModule>[];
}

/** A payment provider as its folder declares it. */
interface ProviderDefinition<Name extends string, S extends Settings> extends Declaration<Name> {
  /** The environment variables of the provider. */
  readonly settings: S;
  /** How long an order can be paid, in ms, in place of PAYMENT_MINUTES. */
  paymentTime?(values: SettingValues<S>): number;
  /** What the shop's settings refuse beyond `limits`. */
  restrictions?(values: SettingValues<S>): Restrictions;
  /**
   * Checks the settings when a process starts.
   * @throws {StartError} for a missing setting, or a currency in which some amounts cannot be charged
   */
  configure(values: SettingValues<S>, config: ProviderConfig): ConnectProvider;
}

/** A payment provider in the registry, without the type of its settings. */
export interface RegisteredProvider<Name extends string = string> extends Declaration<Name> {
  readonly settings: Settings;
  /** Undefined: PAYMENT_MINUTES is. */
  paymentTime(config: ProviderConfig): number | undefined;
  restrictions(config: ProviderConfig): Restrictions;
  /** @throws {StartError} for settings or currencies that the provider refuses */
  configure(config: ProviderConfig): ConnectProvider;
}

export function defineProvider<const Name extends string, const S extends Settings>(
  definition: ProviderDefinition<Name, S>,
): RegisteredProvider<Name> {
  const { settings } = definition;
  // Each request asks for them, and reading takes a millisecond.
  const known = new WeakMap<ProviderConfig, SettingValues<S>>();
  const valuesOf = (config: ProviderConfig): SettingValues<S> => {
    const values = known.get(config) ?? readSettings(settings, config);
    known.set(config, values);
    return values;
  };
  return {
    ...definition,
    paymentTime: (config) => definition.paymentTime?.(valuesOf(config)),
    restrictions: (config) => definition.restrictions?.(valuesOf(config)) ?? { currencies: [], countries: [] },
    configure: (config) => definition.configure(valuesOf(config), config),
  };
}
