import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type BreakerSettings, breakerSettings } from '../cluster/breaker-settings.ts';
import { isCurrency } from '../contract/currency.ts';
import { isTimeZone } from '../contract/time-zone.ts';
import type { BlobConfig } from '../files/blobs.ts';
import { parseNetwork } from './client-address.ts';
import { check, HINTS, SECRETS } from './environment.ts';
import type { NatsFiles } from './nats-options.ts';
import { NODE_KINDS, type NodeKind } from './node-kinds.ts';
import { parseOrigin } from './origin.ts';
import { keptSecret, weaknessOf } from './secrets.ts';
import { StartError } from './start-error.ts';

/** Everything a process may be told from outside. Read once, at start, from the environment alone. */
export interface Config {
  production: boolean;
  /** Which node kinds run in this process. */
  services: readonly NodeKind[];
  nodeId: string;
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** Lets several gateways of one machine share a port (SO_REUSEPORT). */
  reusePort: boolean;
  /** Where /healthz and /readyz of a node without a gateway are served; 0: nowhere. */
  probePort: number;
  dataDir: string;
  /** Unset: no transporter. */
  natsUrl?: string;
  /** For TLS to NATS: what its certificate is checked by, and ours. */
  natsFiles: NatsFiles;
  /** NATS's system account, which the watcher listens to. */
  natsSystemUrl?: string;
  /** Unset: the embedded store under `dataDir`. */
  mongoUrl?: string;
  /** Each node kind has the database `<prefix><kind>`. */
  databasePrefix: string;
  /** How long to keep trying for NATS and MongoDB at start, in seconds. */
  connectTimeout: number;
  /** Signs what leaves the shop and comes back: links in mails, and access tokens unless there is a private key. */
  tokenSecret: string;
  /** Still taken while the secret is being changed. */
  previousSecret?: string;
  /** PEM; signs access tokens instead of the secret. */
  privateKey?: string;
  /** PEM, each; of keys that others sign, or have signed, access tokens with. */
  publicKeys: readonly string[];
  /** Where customers reach the shop, without a path: links in mails begin with it. Unset: this process's own address. */
  publicUrl?: string;
  /** Whose pages may ask from a browser, besides the gateway's own. */
  corsOrigins: readonly string[];
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  /** Requests a minute and client. */
  limits: Readonly<Record<'login' | 'mutations' | 'reads', number>>;
  /** Checkouts that a gateway always lets in at a time, however slow they are; of other routes, a share of that. */
  minConcurrency: number;
  /** Whether logging in takes a verified e-mail. */
  verifiedLogin: boolean;
  /** Cost of Argon2id: memory in KiB, and passes. */
  passwordCost: { memory: number; passes: number };
  /** ISO 4217: what the shop sells in when nothing else is said. */
  currency: string;
  /** All that it sells in, `currency` first: one price list each. */
  currencies: readonly string[];
  /** IANA: the days and years of papers, and of times given without an offset, are those of this time zone. */
  timeZone: string;
  /** Loads the sample catalogue into an empty product database; on by default, but not in production. */
  seed: boolean;
  /** Where Prometheus finds the metrics of this process; 0: nowhere. */
  metricsPort: number;
  /** How often a shopping node audits the shop for its metrics, in seconds; 0: never. */
  auditSeconds: number;
  circuitBreaker: BreakerSettings;
  payments: PaymentConfig;
  /** Where pictures are kept, and what is being imported. */
  blobs: BlobConfig;
  /** Unset: mails are written to `dataDir`/outbox-mail. */
  smtpUrl?: string;
  /** Mails go to files on purpose, also in production and in a cluster. */
  mailToFiles: boolean;
  mailFrom: string;
  /** Name and address of the shop, as its invoices show them. */
  seller: string;
  /** JSON file of the tax and shipping rules; unset: the sample rules. */
  pricingFile?: string;
  /** How long a shopper's hold keeps stock aside, in ms. */
  holdTime: number;
  /** Within how many days after delivery all goods must be sent back for the delivery to be refunded too; 0: never. */
  withdrawalDays: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Checks every action's result against its contract: for tests. */
  checkResults: boolean;
}

/** Which payment provider takes the money, and how it is reached. */
export type PaymentConfig =
  | { provider: 'sandbox'; webhookSecret: string }
  | { provider: 'stripe'; secretKey: string; webhookSecret: string; apiUrl: string };

export { StartError };

/**
 * Reads and checks the environment.
 * @throws {StartError} naming the variable, what was given and what is expected.
 */
export function loadConfig(source: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable means unset: compose files and manifests pass them that way.
  const env: Record<string, unknown> = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const found = check(env);
  if (Array.isArray(found)) {
    const name = found[0]?.field ?? '';
    const given = SECRETS.has(name) ? 'something else' : JSON.stringify(source[name]);
    throw new StartError(`${name} must be ${HINTS[name]}, but is ${given}`);
  }
  const text = (name: string) => env[name] as string;
  const production = env.NODE_ENV === 'production';
  const services = text('SERVICES')
    .split(',')
    .map((name) => name.trim());
  const unknown = services.find((name) => !NODE_KINDS.some((kind) => kind === name));
  if (unknown !== undefined) {
    throw new StartError(`SERVICES must be ${HINTS.SERVICES}, but has ${JSON.stringify(unknown)}`);
  }
  if (env.NATS_URL && !env.MONGO_URL) {
    throw new StartError('NATS_URL is set but MONGO_URL is not: the nodes of a cluster keep their data in MongoDB');
  }
  if (!env.NATS_URL && services.some((name) => name === 'watcher')) {
    throw new StartError('SERVICES has watcher, which needs NATS_URL and NATS_SYSTEM_URL');
  }
  const noCurrency = [env.CURRENCY, ...listOf(env.CURRENCIES)].find((code) => !isCurrency(String(code)));
  if (noCurrency !== undefined) {
    const name = noCurrency === env.CURRENCY ? 'CURRENCY' : 'CURRENCIES';
    throw new StartError(`${name} must be ${HINTS[name]}, but has ${JSON.stringify(noCurrency)}`);
  }
  if (!isTimeZone(text('TIME_ZONE'))) {
    throw new StartError(`TIME_ZONE must be ${HINTS.TIME_ZONE}, but is ${JSON.stringify(env.TIME_ZONE)}`);
  }
  const dataDir = resolve(text('DATA_DIR'));
  if (production) refuseWeak(env);
  const tokenSecret = (env.TOKEN_SECRET as string | undefined) ?? keptSecret(dataDir);
  return {
    production,
    services: services as NodeKind[],
    nodeId:
      (env.NODE_ID as string | undefined) ??
      `${services.join('-')}-${hostname()}-${process.pid}`.replaceAll(/[^\w-]/g, '_'),
    host: text('HOST'),
    port: env.PORT as number,
    reusePort: env.REUSE_PORT as boolean,
    probePort: env.PROBE_PORT as number,
    dataDir,
    ...(env.NATS_URL ? { natsUrl: text('NATS_URL') } : {}),
    natsFiles: {
      ...(env.NATS_CA_FILE ? { caFile: text('NATS_CA_FILE') } : {}),
      ...(env.NATS_CERT_FILE ? { certFile: text('NATS_CERT_FILE') } : {}),
      ...(env.NATS_KEY_FILE ? { keyFile: text('NATS_KEY_FILE') } : {}),
    },
    ...(env.NATS_SYSTEM_URL ? { natsSystemUrl: text('NATS_SYSTEM_URL') } : {}),
    ...(env.MONGO_URL ? { mongoUrl: text('MONGO_URL') } : {}),
    databasePrefix: text('DATABASE_PREFIX'),
    connectTimeout: env.CONNECT_TIMEOUT as number,
    tokenSecret,
    ...(env.TOKEN_SECRET_PREVIOUS ? { previousSecret: text('TOKEN_SECRET_PREVIOUS') } : {}),
    ...(env.TOKEN_PRIVATE_KEY_FILE
      ? { privateKey: pemOf('TOKEN_PRIVATE_KEY_FILE', text('TOKEN_PRIVATE_KEY_FILE')) }
      : {}),
    publicKeys: listOf(env.TOKEN_PUBLIC_KEY_FILES).map((file) => pemOf('TOKEN_PUBLIC_KEY_FILES', file)),
    ...(env.PUBLIC_URL ? { publicUrl: text('PUBLIC_URL') } : {}),
    corsOrigins: checkedList('CORS_ORIGINS', env, parseOrigin),
    trustedProxies: checkedList('TRUSTED_PROXIES', env, (text) => parseNetwork(text) && text),
    limits: {
      login: env.LOGINS_PER_MINUTE as number,
      mutations: env.MUTATIONS_PER_MINUTE as number,
      reads: env.READS_PER_MINUTE as number,
    },
    minConcurrency: env.MIN_CONCURRENCY as number,
    verifiedLogin: env.VERIFIED_LOGIN as boolean,
    passwordCost: { memory: env.ARGON2_MEMORY as number, passes: env.ARGON2_PASSES as number },
    currency: text('CURRENCY'),
    currencies: [...new Set([text('CURRENCY'), ...listOf(env.CURRENCIES)])],
    timeZone: text('TIME_ZONE'),
    seed: (env.SEED as boolean | undefined) ?? !production,
    metricsPort: env.METRICS_PORT as number,
    auditSeconds: env.AUDIT_SECONDS as number,
    circuitBreaker: breakerSettings(env),
    payments: paymentConfig(env, production && services.includes('shopping'), tokenSecret),
    blobs: blobConfig(env, resolve(text('DATA_DIR'))),
    ...(env.SMTP_URL ? { smtpUrl: text('SMTP_URL') } : {}),
    mailToFiles: env.MAIL === 'file',
    mailFrom: text('MAIL_FROM'),
    seller: text('SELLER'),
    ...(env.PRICING_FILE ? { pricingFile: resolve(text('PRICING_FILE')) } : {}),
    holdTime: (env.HOLD_MINUTES as number) * 60_000,
    withdrawalDays: env.WITHDRAWAL_DAYS as number,
    logLevel: text('LOG_LEVEL') as Config['logLevel'],
    checkResults: env.NODE_ENV === 'test',
  };
}

const listOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : [];

/** A list whose parts `parse` reads. @throws {StartError} naming the first part that it does not take */
function checkedList(
  name: string,
  env: Record<string, unknown>,
  parse: (part: string) => string | undefined,
): string[] {
  const refuse = (given: unknown) => new StartError(`${name} must be ${HINTS[name]}, but has ${JSON.stringify(given)}`);
  const parts = listOf(env[name]);
  if (env[name] !== undefined && parts.length === 0) throw refuse(env[name]);
  return parts.map((part) => {
    const parsed = parse(part);
    if (parsed === undefined) throw refuse(part);
    return parsed;
  });
}

function pemOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${name} must name a PEM file that can be read: ${(error as Error).message}`);
  }
}

/** What others could guess signs nothing where real customers are: from it anyone could make tokens of their own. */
function refuseWeak(env: Record<string, unknown>): void {
  if (env.TOKEN_SECRET === undefined) {
    throw new StartError(`TOKEN_SECRET must be ${HINTS.TOKEN_SECRET}: production has no default`);
  }
  for (const name of GUARDING) {
    const weakness = env[name] === undefined ? undefined : weaknessOf(env[name] as string);
    if (weakness) throw new StartError(`${name} must be ${HINTS[name]}; what is given ${weakness}`);
  }
}

/** Whoever knows one of these can speak in the name of the shop, or of its bank. */
const GUARDING = ['TOKEN_SECRET', 'TOKEN_SECRET_PREVIOUS', 'STRIPE_WEBHOOK_SECRET'];

function blobConfig(env: Record<string, unknown>, dataDir: string): BlobConfig {
  const { S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_PREFIX, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = env;
  if (!S3_BUCKET) {
    if (S3_ENDPOINT) throw new StartError('S3_ENDPOINT is set: set S3_BUCKET too');
    return { kind: 'disk', folder: join(dataDir, 'media') };
  }
  if (!S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) {
    throw new StartError('S3_BUCKET is set: set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY too');
  }
  return {
    kind: 's3',
    ...(S3_ENDPOINT ? { endpoint: S3_ENDPOINT as string } : {}),
    region: S3_REGION as string,
    bucket: S3_BUCKET as string,
    prefix: S3_PREFIX as string,
    accessKeyId: S3_ACCESS_KEY_ID as string,
    secretAccessKey: S3_SECRET_ACCESS_KEY as string,
    breaker: breakerSettings(env),
  };
}

/** The sandbox takes no money: where goods are really sold, nobody gets it without having asked for it. */
function paymentConfig(env: Record<string, unknown>, needed: boolean, tokenSecret: string): PaymentConfig {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, PAYMENT_PROVIDER } = env;
  const provider = PAYMENT_PROVIDER ?? (secretKey ? 'stripe' : needed ? undefined : 'sandbox');
  if (provider === undefined) {
    throw new StartError(
      'STRIPE_SECRET_KEY is not set: set it, or PAYMENT_PROVIDER=sandbox for a shop that only plays',
    );
  }
  if (provider === 'sandbox') {
    return {
      provider,
      webhookSecret: createHmac('sha256', tokenSecret).update('sandbox webhooks').digest('base64url'),
    };
  }
  if (!secretKey || !webhookSecret) {
    throw new StartError('PAYMENT_PROVIDER is stripe: set both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET');
  }
  const apiUrl = env.STRIPE_API_URL as string;
  return { provider: 'stripe', secretKey: secretKey as string, webhookSecret: webhookSecret as string, apiUrl };
}
