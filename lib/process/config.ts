import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type BreakerSettings, breakerSettings } from '../cluster/breaker-settings.ts';
import type { BlobConfig } from '../files/blobs.ts';
import { type Environment, readEnvironment, refusal, SETTINGS, type SettingName } from './environment.ts';
import type { NatsFiles } from './nats-options.ts';
import type { NodeKind } from './node-kinds.ts';
import { blobConfig, type PaymentConfig, paymentConfig } from './outside-config.ts';
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
  /** Sets V8 up for answering requests, see `tuneV8`. */
  tunesV8: boolean;
  /** Checks every action's result against its contract: for tests. */
  checkResults: boolean;
}

export { StartError };

/**
 * Reads and checks the environment.
 * @throws {StartError} naming the variable, what was given and what is expected.
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
  const tokenSecret = env.TOKEN_SECRET ?? keptSecret(dataDir);
  return {
    production,
    services,
    nodeId: env.NODE_ID ?? `${services.join('-')}-${hostname()}-${process.pid}`.replaceAll(/[^\w-]/g, '_'),
    host: env.HOST,
    port: env.PORT,
    reusePort: env.REUSE_PORT,
    probePort: env.PROBE_PORT,
    dataDir,
    natsFiles: given({ caFile: env.NATS_CA_FILE, certFile: env.NATS_CERT_FILE, keyFile: env.NATS_KEY_FILE }),
    ...given({ natsUrl: env.NATS_URL, natsSystemUrl: env.NATS_SYSTEM_URL, mongoUrl: env.MONGO_URL }),
    databasePrefix: env.DATABASE_PREFIX,
    connectTimeout: env.CONNECT_TIMEOUT,
    tokenSecret,
    ...given({
      previousSecret: env.TOKEN_SECRET_PREVIOUS,
      privateKey: env.TOKEN_PRIVATE_KEY_FILE && pemOf('TOKEN_PRIVATE_KEY_FILE', env.TOKEN_PRIVATE_KEY_FILE),
    }),
    publicKeys: env.TOKEN_PUBLIC_KEY_FILES.map((file) => pemOf('TOKEN_PUBLIC_KEY_FILES', file)),
    ...given({ publicUrl: env.PUBLIC_URL }),
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
    payments: paymentConfig(env, production && services.includes('shopping'), tokenSecret),
    blobs: blobConfig(env, dataDir),
    ...given({ smtpUrl: env.SMTP_URL, pricingFile: env.PRICING_FILE && resolve(env.PRICING_FILE) }),
    mailToFiles: env.MAIL === 'file',
    mailFrom: env.MAIL_FROM,
    seller: env.SELLER,
    holdTime: env.HOLD_MINUTES * 60_000,
    withdrawalDays: env.WITHDRAWAL_DAYS,
    logLevel: env.LOG_LEVEL,
    tunesV8: env.V8_TUNING,
    checkResults: env.NODE_ENV === 'test',
  };
}

/** Leaves out what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function pemOf(name: SettingName, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${name} must name a PEM file that can be read: ${(error as Error).message}`);
  }
}

/** What others could guess signs nothing where real customers are: from it anyone could make tokens of their own. */
function refuseWeak(env: Environment): void {
  if (env.TOKEN_SECRET === undefined) throw refusal('TOKEN_SECRET', 'production has no default', ': ');
  for (const [name, { mustBeRandom }] of Object.entries(SETTINGS)) {
    const secret: unknown = Reflect.get(env, name);
    const weakness = mustBeRandom && typeof secret === 'string' ? weaknessOf(secret) : undefined;
    if (weakness) throw refusal(name, `what is given ${weakness}`, '; ');
  }
}
