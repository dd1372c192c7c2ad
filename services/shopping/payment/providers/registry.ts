import type { Rpc } from '../../../../lib/contract/contract.ts';
import { readSettings, type Settings } from '../../../../lib/process/settings/read-settings.ts';
import { listOf, text } from '../../../../lib/process/settings/setting.ts';
import { StartError } from '../../../../lib/process/start-error.ts';
import { errors } from '../../../shared/problems.ts';
import type { ConnectProvider, PaymentProvider } from '../payment-provider.ts';
import { invoiceDefinition } from './invoice/invoice-definition.ts';
import { withBreaker } from './provider-breaker.ts';
import type { ProviderConfig } from './provider-definition.ts';
import { sandboxDefinition } from './sandbox/sandbox-definition.ts';
import { stripeDefinition } from './stripe/stripe-definition.ts';
import { transferDefinition } from './transfer/transfer-definition.ts';

/** The payment providers that send webhooks. */
const WEBHOOK_PROVIDERS = [stripeDefinition, sandboxDefinition] as const;

/** All payment providers. A new one is a folder beside this file and a line here: docs/architecture.md. */
export const PROVIDERS = [...WEBHOOK_PROVIDERS, transferDefinition, invoiceDefinition] as const;

export type Provider = (typeof PROVIDERS)[number];
export type ProviderName = Provider['name'];

const NAMES = PROVIDERS.map(({ name }) => name);
const ONE_OF = new Intl.ListFormat('en', { type: 'disjunction' }).format(NAMES);

const selection = {
  PAYMENT_PROVIDERS: {
    rule: { ...text, default: '' },
    allowed: `names of payment providers, separated by commas: ${ONE_OF}`,
    about:
      'the payment providers; the first one takes orders without a payment method: [docs/payments.md](docs/payments.md). ' +
      'In production the sandbox is used only if it is named here',
    defaultNote: 'that of `PAYMENT_PROVIDER`, else the one whose key is set, else `sandbox`',
    parse: listOf((part) => NAMES.find((name) => name === part)),
  },
  PAYMENT_PROVIDER: {
    rule: { type: 'enum', values: NAMES, optional: true },
    allowed: ONE_OF,
    about: 'the former name of `PAYMENT_PROVIDERS`, for one provider',
  },
} as const satisfies Settings;

/** The settings of payments by variable name. */
export const PAYMENT_SETTINGS: Settings = Object.fromEntries(
  [selection, ...PROVIDERS.map(({ settings }) => settings)].flatMap((settings) => Object.entries(settings)),
);

/** The providers that the settings name, in their order. */
function namedProviders(config: ProviderConfig): Provider[] {
  const { PAYMENT_PROVIDERS, PAYMENT_PROVIDER } = readSettings(selection, config);
  const names = PAYMENT_PROVIDERS.length > 0 ? PAYMENT_PROVIDERS : [PAYMENT_PROVIDER];
  return [...new Set(names)].flatMap((name) => PROVIDERS.find((provider) => provider.name === name) ?? []);
}

const hasCredential = ({ credential }: Provider, { variables }: ProviderConfig): boolean =>
  credential !== undefined && Boolean(variables[credential]);

type EnabledProviders = readonly [Provider, ...Provider[]];

/** Each request asks for them, and reading settings takes a millisecond. */
const known = new WeakMap<ProviderConfig, EnabledProviders>();

/**
 * The providers that customers can pay by: those that the settings name, else the first one whose credential is set, else
 * the sandbox.
 * @throws {StartError} in production, instead of the sandbox
 */
export function enabledProviders(config: ProviderConfig): EnabledProviders {
  const enabled = known.get(config) ?? findEnabled(config);
  known.set(config, enabled);
  return enabled;
}

function findEnabled(config: ProviderConfig): EnabledProviders {
  const [first = PROVIDERS.find((one) => hasCredential(one, config)), ...others] = namedProviders(config);
  if (first) return [first, ...others];
  if (config.production) {
    const credentials = PROVIDERS.flatMap(({ credential }) => credential ?? []);
    throw new StartError(
      `${credentials.join(' or ')} is not set: set it, or PAYMENT_PROVIDERS=${sandboxDefinition.name} for a shop without real payments`,
    );
  }
  return [sandboxDefinition];
}

/** The provider of orders without a payment method. @throws {StartError} as `enabledProviders` */
export const selectedProvider = (config: ProviderConfig): Provider => enabledProviders(config)[0];

/** Whether the sandbox is a provider of this process, which may be a gateway: it needs no settings of payments. */
export function isSandboxUsed(config: ProviderConfig): boolean {
  if (config.production && namedProviders(config).length === 0) return false;
  return enabledProviders(config).includes(sandboxDefinition);
}

/** The providers that a process can send commands to. */
export interface ConnectedProviders {
  readonly names: readonly ProviderName[];
  /** @throws unavailable for a provider that was switched off, and has not its settings any more */
  connect(name: string, rpc: Rpc): Promise<PaymentProvider>;
}

/**
 * Configures the enabled providers, each remote one with a circuit breaker before it. Orders that were paid by a provider
 * need it also when it is switched off, so these are connected too, as far as they have their settings.
 * @throws {StartError} for settings or currencies that an enabled provider refuses
 */
export function connectProviders(config: Parameters<typeof withBreaker>[1] & ProviderConfig): ConnectedProviders {
  const enabled = enabledProviders(config);
  const connected = new Map<string, ConnectProvider>();
  for (const provider of PROVIDERS) {
    const connect = enabled.includes(provider) ? provider.configure(config) : configureSwitchedOff(provider, config);
    if (connect)
      connected.set(provider.name, provider.isRemote ? withBreaker(provider.name, config, connect) : connect);
  }
  return {
    names: NAMES.filter((name) => connected.has(name)),
    async connect(name, rpc) {
      const connect = connected.get(name);
      if (!connect) throw errors.unavailable(`The payment provider ${name} is switched off.`);
      return connect(rpc);
    },
  };
}

/** The sandbox has no service where it is switched off. */
function configureSwitchedOff(provider: Provider, config: ProviderConfig): ConnectProvider | undefined {
  if (provider === sandboxDefinition || (provider.credential !== undefined && !hasCredential(provider, config))) {
    return undefined;
  }
  try {
    return provider.configure(config);
  } catch (error) {
    if (error instanceof StartError) return undefined;
    throw error;
  }
}

type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

/** The connected provider that sends webhooks to this address. */
export const webhookProvider = (name: string, { names }: ConnectedProviders): WebhookProvider | undefined =>
  WEBHOOK_PROVIDERS.find((provider) => provider.name === name && names.includes(provider.name));

/** A value of each provider with webhooks, by the name of the webhook parameter with its signature. */
export function bySignatureParam<V>(ofProvider: (signatureHeader: string) => V) {
  const entries = WEBHOOK_PROVIDERS.map(({ name, signatureHeader = '' }) => [
    `${name}Signature`,
    ofProvider(signatureHeader),
  ]);
  // `fromEntries` forgets the names.
  return Object.fromEntries(entries) as Record<`${WebhookProvider['name']}Signature`, V>;
}
