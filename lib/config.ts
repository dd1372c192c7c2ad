import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Validator } from './validator.ts';

/** The node kinds; `SERVICES` picks which of them a process runs. */
export const NODE_KINDS = ['customer', 'product', 'shopping', 'api', 'watcher'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

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
  /** NATS's system account, which the watcher listens to. */
  natsSystemUrl?: string;
  /** Unset: the embedded store under `dataDir`. */
  mongoUrl?: string;
  /** Each node kind has the database `<prefix><kind>`. */
  databasePrefix: string;
  /** How long to keep trying for NATS and MongoDB at start, in seconds. */
  connectTimeout: number;
  tokenSecret: string;
  /** ISO 4217. */
  currency: string;
  /** Loads the sample catalogue into an empty product database; on by default, but not in production. */
  seed: boolean;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Checks every action's result against its contract: for tests. */
  checkResults: boolean;
}

/** What is wrong with the environment or the machine, in one line that says what to do. */
export class StartError extends Error {}

const port = { type: 'number', integer: true, min: 0, max: 65535, convert: true } as const;
const flag = { type: 'boolean', convert: true } as const;

const check = new Validator().compile({
  NODE_ENV: { type: 'enum', values: ['development', 'test', 'production'], default: 'development' },
  SERVICES: { type: 'string', default: 'customer,product,shopping,api' },
  NODE_ID: { type: 'string', pattern: /^[\w-]+$/, optional: true },
  HOST: { type: 'string', default: '127.0.0.1' },
  PORT: { ...port, default: 3000 },
  REUSE_PORT: { ...flag, default: false },
  PROBE_PORT: { ...port, default: 0 },
  DATA_DIR: { type: 'string', default: './data' },
  NATS_URL: { type: 'string', pattern: /^(nats|tls):\/\//, optional: true },
  NATS_SYSTEM_URL: { type: 'string', pattern: /^(nats|tls):\/\//, optional: true },
  MONGO_URL: { type: 'string', pattern: /^mongodb(\+srv)?:\/\//, optional: true },
  DATABASE_PREFIX: { type: 'string', pattern: /^[\w-]{0,40}$/, default: 'shop-' },
  CONNECT_TIMEOUT: { type: 'number', min: 0, max: 3600, convert: true, default: 30 },
  TOKEN_SECRET: { type: 'string', min: 32, optional: true },
  CURRENCY: { type: 'string', pattern: /^[A-Z]{3}$/, default: 'EUR' },
  SEED: { ...flag, optional: true },
  LOG_LEVEL: { type: 'enum', values: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'], default: 'warn' },
});

const HINTS: Record<string, string> = {
  NODE_ENV: 'one of development, test, production',
  SERVICES: `a comma-separated list of ${NODE_KINDS.join(', ')}`,
  NODE_ID: 'letters, digits, - and _',
  PORT: 'a port number from 0 to 65535',
  PROBE_PORT: 'a port number from 0 to 65535',
  REUSE_PORT: 'true or false',
  SEED: 'true or false',
  NATS_URL: 'an address such as nats://127.0.0.1:4222',
  NATS_SYSTEM_URL: 'an address such as nats://sys:password@127.0.0.1:4222',
  MONGO_URL: 'an address such as mongodb://127.0.0.1:27017',
  DATABASE_PREFIX: 'up to 40 letters, digits, - and _',
  CONNECT_TIMEOUT: 'a number of seconds from 0 to 3600',
  TOKEN_SECRET: 'a secret of at least 32 characters',
  CURRENCY: 'an ISO 4217 code such as EUR',
  LOG_LEVEL: 'one of fatal, error, warn, info, debug, trace',
};

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
    const given = name === 'TOKEN_SECRET' ? 'something else' : JSON.stringify(source[name]);
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
  const dataDir = resolve(text('DATA_DIR'));
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
    ...(env.NATS_SYSTEM_URL ? { natsSystemUrl: text('NATS_SYSTEM_URL') } : {}),
    ...(env.MONGO_URL ? { mongoUrl: text('MONGO_URL') } : {}),
    databasePrefix: text('DATABASE_PREFIX'),
    connectTimeout: env.CONNECT_TIMEOUT as number,
    tokenSecret: (env.TOKEN_SECRET as string | undefined) ?? keptSecret(dataDir, production),
    currency: text('CURRENCY'),
    seed: (env.SEED as boolean | undefined) ?? !production,
    logLevel: text('LOG_LEVEL') as Config['logLevel'],
    checkResults: env.NODE_ENV === 'test',
  };
}

/** Development keeps a random secret beside its data, so that sessions outlive a restart. */
function keptSecret(dataDir: string, production: boolean): string {
  if (production) throw new StartError(`TOKEN_SECRET must be ${HINTS.TOKEN_SECRET}: production has no default`);
  const file = join(dataDir, 'token-secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new StartError(`DATA_DIR must be a folder that can be written: ${message}`);
  }
  const secret = readFileSync(file, 'utf8');
  if (secret.length < 32) throw new StartError(`${file} is damaged: remove it; everyone will have to log in again`);
  return secret;
}
