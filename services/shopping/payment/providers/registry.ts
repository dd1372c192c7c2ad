import type { Rpc } from '../../../../lib/contract/contract.ts';
import { readSettings, type Settings } from '../../../../lib/process/settings/read-settings.ts';
import { StartError } from '../../../../lib/process/start-error.ts';
import type { PaymentProvider } from '../payment-provider.ts';
import { withBreaker } from './provider-breaker.ts';
import type { ProviderConfig } from './provider-definition.ts';
import { sandboxDefinition } from './sandbox/sandbox-definition.ts';
import { stripeDefinition } from './stripe/stripe-definition.ts';

/** All payment providers. A new one is a folder beside this file and a line here: docs/architecture.md. */
export const PROVIDERS = [stripeDefinition, sandboxDefinition] as const;

export type ProviderName = (typeof PROVIDERS)[number]['name'];

const NAMES = PROVIDERS.map(({ name }) => name);

const selection = {
  PAYMENT_PROVIDER: {
    rule: { type: 'enum', values: NAMES, optional: true },
    allowed: new Intl.ListFormat('en', { type: 'disjunction' }).format(NAMES),
    about: 'the payment provider; in production the sandbox is used only if it is named here',
    defaultNote: 'the one whose key is set, else `sandbox`',
  },
} as const satisfies Settings;

/** The settings of payments by variable name. */
export const PAYMENT_SETTINGS: Settings = Object.fromEntries(
  [selection, ...PROVIDERS.map(({ settings }) => settings)].flatMap((settings) => Object.entries(settings)),
);

/**
 * The provider that PAYMENT_PROVIDER names, else the first one whose credential is set, else the sandbox.
 * @throws {StartError} in production, instead of the sandbox
 */
export function selectedProvider(config: ProviderConfig): (typeof PROVIDERS)[number] {
  const { PAYMENT_PROVIDER } = readSettings(selection, config);
  const isSelected = ({ name, credential }: (typeof PROVIDERS)[number]) =>
    PAYMENT_PROVIDER ? name === PAYMENT_PROVIDER : credential !== undefined && config.variables[credential];
  const selected = PROVIDERS.find(isSelected);
  if (selected) return selected;
  const credentials = PROVIDERS.flatMap(({ credential = [] }) => credential);
  if (config.production) {
    throw new StartError(
      `${credentials.join(' or ')} is not set: set it, or PAYMENT_PROVIDER=${sandboxDefinition.name} for a shop without real payments`,
    );
  }
  return sandboxDefinition;
}

/** Whether the sandbox is the provider of this process, which may be a gateway: it needs no settings of payments. */
export function isSandboxUsed(config: ProviderConfig): boolean {
  const { PAYMENT_PROVIDER } = readSettings(selection, config);
  if (PAYMENT_PROVIDER === undefined && config.production) return false;
  return selectedProvider(config) === sandboxDefinition;
}

/**
 * Configures the selected provider, with a circuit breaker before a remote one.
 * @throws {StartError} for settings or currencies that the provider refuses
 */
export function connectProvider(config: Parameters<typeof withBreaker>[1] & ProviderConfig) {
  const definition = selectedProvider(config);
  const connect = definition.configure(config);
  const connectGuarded = definition.isRemote ? withBreaker(definition.name, config, connect) : connect;
  return async (rpc: Rpc): Promise<PaymentProvider> => connectGuarded(rpc);
}

/** A value of each provider, by the name of the webhook parameter with its signature. */
export function bySignatureParam<V>(ofProvider: (provider: (typeof PROVIDERS)[number]) => V) {
  const entries = PROVIDERS.map((provider) => [`${provider.name}Signature`, ofProvider(provider)]);
  // `fromEntries` forgets the names.
  return Object.fromEntries(entries) as Record<`${ProviderName}Signature`, V>;
}
