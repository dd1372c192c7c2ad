import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type BreakerSettings, breakerSettings } from '../cluster/breaker-settings.ts';
import { withoutUndefined } from '../contract/optional.ts';
import type { BlobConfig } from '../files/blobs.ts';
import { type Environment, PROCESS_SETTINGS, readEnvironment, type SettingName } from './environment.ts';
import type { NatsFiles } from './nats-options.ts';
import type { NodeKind } from './node-kinds.ts';
import { blobConfig } from './outside-config.ts';
import { developmentSecret } from './secrets.ts';
import { givenVariables, refuseWeakSecrets, settingRefusal } from './settings/read-settings.ts';
import { StartError } from './start-error.ts';

/** The configuration of a process. It is read once, at start, from environment variables only. */
export interface Config {
  production: boolean;
  /** The node kinds that run in this process. */
  services: readonly NodeKind[];
  nodeId: string;
  host: string;
  /** 0 selects a free port. */
  port: number;
  /** Whether several gateways of one machine may share the port (SO_REUSEPORT). */
  reusePort: boolean;
  /** Port for /healthz and /readyz of a node without a gateway; 0: off. */
  probePort: number;
  dataDir: string;
  /** The folder of services that a shop has added; unset: it has none. */
  servicesDir?: string;
  /** Unset: no transporter. */
  natsUrl?: string;
  /** PEM files for TLS to NATS: the CA of its certificate, and the client's certificate. */
  natsFiles: NatsFiles;
  /** Address with NATS's system account; the watcher subscribes to it. */
  natsSystemUrl?: string;
  /** Unset: the embedded store under `dataDir`. */
  mongoUrl?: string;
  /** Each node kind has the database `<prefix><kind>`. */
  databasePrefix: string;
  /** How long the start waits for NATS and MongoDB, in seconds. */
  connectTimeout: number;
  /** Signs links in mails, and access tokens if there is no private key. */
  tokenSecret: string;
  /** Still accepted during a rotation of the secret. */
  previousSecret?: string;
  /** PEM; signs access tokens instead of the secret. */
  privateKey?: string;
  /** PEM, each. Verify access tokens signed by other or former private keys. */
  publicKeys: readonly string[];
  /** Public address of the shop without a path, for links in mails. Unset: this process's own address. */
  publicUrl?: string;
  /** Origins allowed to send requests from a browser (CORS), besides the gateway's own. */
  corsOrigins: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is trusted. */
  trustedProxies: readonly string[];
  /** Requests per minute and client. */
  limits: Readonly<Record<'login' | 'mutations' | 'reads', number>>;
  /** Concurrent checkouts that a gateway always admits, even if they are slow; other routes get a share of it. */
  minConcurrency: number;
  /** Whether a login requires a verified e-mail address. */
  verifiedLogin: boolean;
  /** Cost of Argon2id: memory in KiB, number of passes. */
  passwordCost: { memory: number; passes: number };
  /** ISO 4217; the default currency. */
  currency: string;
  /** All currencies, `currency` first; each has a price list. */
  currencies: readonly string[];
  /** IANA name. Dates and years on documents such as invoices, and times without an offset, are in this zone. */
  timeZone: string;
  /** Whether to load the sample catalogue into an empty product database; by default, except in production. */
  seed: boolean;
  /** Port for Prometheus to scrape; 0: off. */
  metricsPort: number;
  /** Interval of the audit for the metrics, on shopping nodes, in seconds; 0: off. */
  auditSeconds: number;
  circuitBreaker: BreakerSettings;
  /** Storage of pictures and of files being imported. */
  blobs: BlobConfig;
  /** Unset: mails are written to `dataDir`/outbox-mail. */
  smtpUrl?: string;
  /** Writing mails to files is intended, also in production and in a cluster. */
  mailToFiles: boolean;
  mailFrom: string;
  /** Name and address of the shop on its invoices. */
  seller: string;
  /** VAT id of the shop, on its invoices. Its prefix is the country that reverse charge starts from. Unset: none. */
  sellerVatId?: string;
  /** JSON file with the tax and shipping rules; unset: the sample rules. */
  pricingFile?: string;
  /** Whether guests may order without an account. */
  guestCheckout: boolean;
  /** How long a hold reserves stock, in ms. */
  holdTime: number;
  /** How long an order can be paid after it was placed, in ms. */
  paymentTime: number;
  /** Days after delivery in which a full return also refunds the delivery; 0: never. */
  withdrawalDays: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Sets V8 up for answering requests, see `tuneV8`. */
  tunesV8: boolean;
  /** Whether to check the results of actions against their contracts; for tests. */
  checkResults: boolean;
  /** The variables of no setting above: features read settings of their own from them, by `readSettings`. */
  variables: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Reads and checks the environment.
 * @throws {StartError} with the variable, the given value and the allowed values
 */
export function loadConfig(source: NodeJS.ProcessEnv = process.env): Config {
  const env = readEnvironment(source);
  const production = env.NODE_ENV === 'production';
  const services = env.SERVICES;
  if (env.NATS_URL && !env.MONGO_URL) {
    throw new StartError('NATS_URL is set but MONGO_URL is not: the nodes of a cluster keep their data in MongoDB');
  }
  if (!env.NATS_URL && services.includes('watcher')) {
    throw new StartError('SERVICES has watcher, which needs NATS_URL and NATS_SYSTEM_URL');
  }
  const dataDir = resolve(env.DATA_DIR);
  if (production) refuseWeak(env);
  const tokenSecret = env.TOKEN_SECRET ?? developmentSecret(dataDir);
  return {
    production,
    services,
    nodeId: env.NODE_ID ?? `${services.join('-')}-${hostname()}-${process.pid}`.replaceAll(/[^\w-]/g, '_'),
    host: env.HOST,
    port: env.PORT,
    reusePort: env.REUSE_PORT,
    probePort: env.PROBE_PORT,
    dataDir,
    natsFiles: withoutUndefined({ caFile: env.NATS_CA_FILE, certFile: env.NATS_CERT_FILE, keyFile: env.NATS_KEY_FILE }),
    ...withoutUndefined({ servicesDir: env.SERVICES_DIR && resolve(env.SERVICES_DIR) }),
    ...withoutUndefined({ natsUrl: env.NATS_URL, natsSystemUrl: env.NATS_SYSTEM_URL, mongoUrl: env.MONGO_URL }),
    databasePrefix: env.DATABASE_PREFIX,
    connectTimeout: env.CONNECT_TIMEOUT,
    tokenSecret,
    ...withoutUndefined({
      previousSecret: env.TOKEN_SECRET_PREVIOUS,
      privateKey: env.TOKEN_PRIVATE_KEY_FILE && pemOf('TOKEN_PRIVATE_KEY_FILE', env.TOKEN_PRIVATE_KEY_FILE),
    }),
    publicKeys: env.TOKEN_PUBLIC_KEY_FILES.map((file) => pemOf('TOKEN_PUBLIC_KEY_FILES', file)),
    ...withoutUndefined({ publicUrl: env.PUBLIC_URL }),
    corsOrigins: env.CORS_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    limits: { login: env.LOGINS_PER_MINUTE, mutations: env.MUTATIONS_PER_MINUTE, reads: env.READS_PER_MINUTE },
    minConcurrency: env.MIN_CONCURRENCY,
    verifiedLogin: env.VERIFIED_LOGIN,
    passwordCost: { memory: env.ARGON2_MEMORY, passes: env.ARGON2_PASSES },
    currency: env.CURRENCY,
    currencies: [...new Set([env.CURRENCY, ...env.CURRENCIES])],
    timeZone: env.TIME_ZONE,
    seed: env.SEED ?? !production,
    metricsPort: env.METRICS_PORT,
    auditSeconds: env.AUDIT_SECONDS,
    circuitBreaker: breakerSettings(env),
    blobs: blobConfig(env, dataDir),
    ...withoutUndefined({ smtpUrl: env.SMTP_URL, pricingFile: env.PRICING_FILE && resolve(env.PRICING_FILE) }),
    mailToFiles: env.MAIL === 'file',
    mailFrom: env.MAIL_FROM,
    seller: env.SELLER,
    ...withoutUndefined({ sellerVatId: env.SELLER_VAT_ID }),
    guestCheckout: env.GUEST_CHECKOUT,
    holdTime: env.HOLD_MINUTES * 60_000,
    paymentTime: env.PAYMENT_MINUTES * 60_000,
    withdrawalDays: env.WITHDRAWAL_DAYS,
    logLevel: env.LOG_LEVEL,
    tunesV8: env.V8_TUNING,
    checkResults: env.NODE_ENV === 'test',
    variables: ownVariables(source),
  };
}

function pemOf(name: SettingName, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${name} must name a PEM file that can be read: ${(error as Error).message}`);
  }
}

/** Refuses guessable secrets in production: an attacker could sign tokens with them. */
function refuseWeak(env: Environment): void {
  if (env.TOKEN_SECRET === undefined) {
    throw settingRefusal(PROCESS_SETTINGS, 'TOKEN_SECRET', 'production has no default', ': ');
  }
  refuseWeakSecrets(PROCESS_SETTINGS, env);
}

const ownVariables = (source: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(givenVariables(source)).filter(([name]) => !Object.hasOwn(PROCESS_SETTINGS, name)));
