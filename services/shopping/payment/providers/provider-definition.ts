import type { service } from '../../../../lib/contract/service.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { readSettings, type Settings, type SettingValues } from '../../../../lib/process/settings/read-settings.ts';
import type { AmountLimits, ConnectProvider } from '../payment-provider.ts';

/** The part of the configuration that providers read. */
export type ProviderConfig = Pick<Config, 'production' | 'variables' | 'tokenSecret' | 'currencies'>;

/** A module whose default export makes a service. */
interface ServiceModule {
  default: (config: Config) => ReturnType<typeof service>;
}

interface Declaration<Name extends string> {
  /** Lower-case letters: the provider's name in PAYMENT_PROVIDER, in payments, and in `POST /v1/webhooks/<name>`. */
  readonly name: Name;
  /** The request header with the signature of a webhook. */
  readonly signatureHeader: string;
  /**
   * The setting whose presence selects this provider when PAYMENT_PROVIDER is unset. A provider without one moves no money:
   * production uses it only on demand.
   */
  readonly credential?: string;
  /** Whether the provider is a server outside of the shop: a circuit breaker stands before it. */
  readonly isRemote: boolean;
  /** The amounts that it charges in a currency. It may decline amounts between them. */
  limits(currency: string): AmountLimits;
  /**
   * The payment method to be charged, checked without asking the provider, before there is an order.
   * @throws unknown-payment-method
   */
  methodOf(given: string | undefined): string;
  /** Services of its own, which run on shopping nodes. */
  services?(): Promise<ServiceModule>[];
}

/** A payment provider as its folder declares it. */
interface ProviderDefinition<Name extends string, S extends Settings> extends Declaration<Name> {
  /** Its environment variables. */
  readonly settings: S;
  /**
   * Checks the settings, once, at the start.
   * @throws {StartError} for a setting that is missing, or a currency in which it cannot charge every amount
   */
  configure(values: SettingValues<S>, config: ProviderConfig): ConnectProvider;
}

/** A payment provider as the registry lists it, whatever its settings are. */
export interface RegisteredProvider<Name extends string = string> extends Declaration<Name> {
  readonly settings: Settings;
  /** @throws {StartError} for settings or currencies that the provider refuses */
  configure(config: ProviderConfig): ConnectProvider;
}

export function defineProvider<const Name extends string, const S extends Settings>(
  definition: ProviderDefinition<Name, S>,
): RegisteredProvider<Name> {
  const { settings } = definition;
  return {
    ...definition,
    configure: (config) => definition.configure(readSettings(settings, config), config),
  };
}
