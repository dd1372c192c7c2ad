import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { readSettings } from '../../../lib/process/settings/read-settings.ts';
import { wholeNumber } from '../../../lib/process/settings/setting.ts';
import { StartError } from '../../../lib/process/start-error.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = randomBytes(24).toString('base64url');
const PREVIOUS = randomBytes(16).toString('hex');
const load = (env: NodeJS.ProcessEnv = {}) => loadConfig({ DATA_DIR: folder, TOKEN_SECRET: SECRET, ...env });
/** What is said to whoever starts it so. */
const refusal = (env: NodeJS.ProcessEnv): string => {
  try {
    load(env);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
};

describe('the environment', () => {
  test('may be empty: the shop runs by itself, for this machine alone', () => {
    expect(load()).toMatchObject({
      production: false,
      services: ['customer', 'product', 'shopping', 'api'],
      host: '127.0.0.1',
      port: 3000,
      probePort: 0,
      reusePort: false,
      dataDir: folder,
      databasePrefix: 'shop-',
      currency: 'EUR',
      seed: true,
      logLevel: 'warn',
      tunesV8: false,
      checkResults: false,
    });
    expect(load()).not.toHaveProperty('natsUrl');
    expect(load()).not.toHaveProperty('mongoUrl');
  });

  test('is taken as it says', () => {
    const env = {
      NODE_ENV: 'production',
      SERVICES: ' product , api',
      NODE_ID: 'product-1',
      HOST: '0.0.0.0',
      PORT: '8080',
      REUSE_PORT: 'true',
      PROBE_PORT: '8081',
      NATS_URL: 'nats://nats:4222',
      NATS_SYSTEM_URL: 'tls://sys:password@nats:4222',
      NATS_CA_FILE: '/etc/nats/ca.pem',
      MONGO_URL: 'mongodb+srv://user:password@host/?tls=true',
      DATABASE_PREFIX: 'blue-',
      TOKEN_SECRET_PREVIOUS: PREVIOUS,
      PUBLIC_URL: 'https://shop.example.com',
      CORS_ORIGINS: 'https://shop.example.com,https://staff.example.com',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      LOGINS_PER_MINUTE: '5',
      MUTATIONS_PER_MINUTE: '50',
      READS_PER_MINUTE: '500',
      MIN_CONCURRENCY: '8',
      VERIFIED_LOGIN: 'true',
      ARGON2_MEMORY: '65536',
      ARGON2_PASSES: '3',
      CONNECT_TIMEOUT: '2.5',
      CURRENCY: 'GBP',
      CURRENCIES: 'EUR, GBP,USD',
      TIME_ZONE: 'Europe/Berlin',
      SEED: 'true',
      METRICS_PORT: '9100',
      AUDIT_SECONDS: '60',
      V8_TUNING: 'true',
      CIRCUIT_BREAKER: 'false',
      CIRCUIT_BREAKER_THRESHOLD: '0.25',
      CIRCUIT_BREAKER_MIN_REQUESTS: '20',
      CIRCUIT_BREAKER_WINDOW_SECONDS: '60',
      CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '2.5',
      SHOE_SIZE: '43',
      SMTP_URL: 'smtp://user:password@mail:587',
      MAIL_FROM: 'Blue <blue@example.com>',
      SELLER: 'Blue, 1 Street, Berlin',
      PRICING_FILE: '/etc/shop/pricing.json',
      HOLD_MINUTES: '2',
      PAYMENT_MINUTES: '10',
      WITHDRAWAL_DAYS: '30',
      LOG_LEVEL: 'debug',
    };
    expect(load(env)).toEqual({
      production: true,
      services: ['product', 'api'],
      nodeId: 'product-1',
      host: '0.0.0.0',
      port: 8080,
      reusePort: true,
      probePort: 8081,
      dataDir: folder,
      natsUrl: env.NATS_URL,
      natsSystemUrl: env.NATS_SYSTEM_URL,
      metricsPort: 9100,
      auditSeconds: 60,
      tunesV8: true,
      circuitBreaker: { enabled: false, threshold: 0.25, minRequests: 20, windowSeconds: 60, halfOpenMs: 2500 },
      blobs: { kind: 'disk', folder: join(folder, 'media') },
      smtpUrl: env.SMTP_URL,
      mailFrom: env.MAIL_FROM,
      mailToFiles: false,
      seller: env.SELLER,
      pricingFile: env.PRICING_FILE,
      guestCheckout: true,
      holdTime: 120_000,
      paymentTime: 600_000,
      withdrawalDays: 30,
      natsFiles: { caFile: '/etc/nats/ca.pem' },
      mongoUrl: env.MONGO_URL,
      databasePrefix: 'blue-',
      connectTimeout: 2.5,
      tokenSecret: SECRET,
      previousSecret: PREVIOUS,
      publicKeys: [],
      publicUrl: 'https://shop.example.com',
      corsOrigins: ['https://shop.example.com', 'https://staff.example.com'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      limits: { login: 5, mutations: 50, reads: 500 },
      minConcurrency: 8,
      verifiedLogin: true,
      passwordCost: { memory: 65_536, passes: 3 },
      currency: 'GBP',
      currencies: ['GBP', 'EUR', 'USD'],
      timeZone: 'Europe/Berlin',
      seed: true,
      logLevel: 'debug',
      checkResults: false,
      variables: { SHOE_SIZE: '43' },
    });
  });

  test('keeps the variables that it does not know for features, which read settings of their own', () => {
    const settings = {
      SHOE_SIZE: { rule: { ...wholeNumber, default: 42 }, allowed: 'a size', about: 'shoes' },
    } as const;
    expect(readSettings(settings, load({ SHOE_SIZE: '43' }))).toEqual({ SHOE_SIZE: 43 });
    expect(readSettings(settings, load({ SHOE_SIZE: '' }))).toEqual({ SHOE_SIZE: 42 });
    expect(() => readSettings(settings, load({ SHOE_SIZE: 'large' }))).toThrow(
      'SHOE_SIZE must be a size, but is "large"',
    );
  });

  test('with an empty variable is as without it', () => {
    const empty = { PORT: '', NATS_URL: '', MONGO_URL: '', NODE_ENV: '', SEED: '', NODE_ID: '', CURRENCY: '' };
    expect(load(empty)).toEqual(load());
  });

  test('is left as it was', () => {
    const env = { DATA_DIR: folder, TOKEN_SECRET: SECRET };
    loadConfig(env);
    expect(env).toEqual({ DATA_DIR: folder, TOKEN_SECRET: SECRET });
  });

  test('names a process after its services where it does not say, so that it can be told apart', () => {
    expect(load({ SERVICES: 'product,api' }).nodeId).toMatch(new RegExp(`^product-api-[\\w-]+-${process.pid}$`));
  });

  test('seeds an empty shop, but not in production unless it says so', () => {
    const production = { NODE_ENV: 'production', PAYMENT_PROVIDER: 'sandbox' };
    expect(load(production).seed).toBe(false);
    expect(load({ ...production, SEED: 'true' }).seed).toBe(true);
    expect(load({ SEED: 'false' }).seed).toBe(false);
  });

  test.each([
    ['NODE_ENV', 'prod', 'one of development, test, production'],
    ['SERVICES', 'customer,produkt', 'customer, product, shopping, api, watcher'],
    ['SERVICES', 'api,', 'customer, product, shopping, api, watcher'],
    ['NODE_ID', 'node 1', 'letters, digits'],
    ['PORT', '80a', '0 to 65535'],
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['PORT', '80.5', '0 to 65535'],
    ['PROBE_PORT', 'none', '0 to 65535'],
    ['REUSE_PORT', 'yes', 'true or false'],
    ['SEED', 'maybe', 'true or false'],
    ['NATS_URL', '127.0.0.1:4222', 'nats://127.0.0.1:4222'],
    ['NATS_SYSTEM_URL', 'http://127.0.0.1', 'nats://'],
    ['MONGO_URL', 'localhost', 'mongodb://127.0.0.1:27017'],
    ['DATABASE_PREFIX', 'my shop/', 'up to 40 letters'],
    ['DATABASE_PREFIX', 'x'.repeat(41), 'up to 40 letters'],
    ['CONNECT_TIMEOUT', 'soon', 'seconds from 0 to 3600'],
    ['CONNECT_TIMEOUT', '3601', 'seconds from 0 to 3600'],
    ['CURRENCY', 'euro', 'ISO 4217'],
    ['CURRENCY', 'UKP', 'ISO 4217'],
    ['CURRENCY', 'DEM', 'ISO 4217'],
    ['CURRENCIES', 'HRK', 'ISO 4217'],
    ['TIME_ZONE', 'Berlin', 'IANA time zone such as Europe/Berlin'],
    ['TIME_ZONE', '+01:00', 'IANA time zone'],
    ['CORS_ORIGINS', '*', 'origins such as https://shop.example.com'],
    ['CORS_ORIGINS', 'https://*.example.com', 'without *'],
    ['CORS_ORIGINS', 'https://shop.example.com/', 'without paths'],
    ['CORS_ORIGINS', 'https://shop.example.com?x', 'without paths'],
    ['CORS_ORIGINS', 'https://user@shop.example.com', 'origins such as'],
    ['CORS_ORIGINS', 'https://shop.example.com:99999', 'origins such as'],
    ['CORS_ORIGINS', 'https://[::1', 'origins such as'],
    ['CORS_ORIGINS', 'shop.example.com', 'origins such as'],
    ['CORS_ORIGINS', 'null', 'origins such as'],
    ['CORS_ORIGINS', ' ,', 'origins such as'],
    ['TRUSTED_PROXIES', '1.2.3', 'networks such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'networks such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '0.0.0.0/0', 'none of them of all addresses'],
    ['TRUSTED_PROXIES', '::/0', 'none of them of all addresses'],
    ['TRUSTED_PROXIES', '10.0.0.1:80', 'networks such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '[::1]', 'networks such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', 'balancer', 'networks such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '::fffff', 'networks such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', ',', 'networks such as 10.0.0.0/8'],
    ['WITHDRAWAL_DAYS', '-1', 'whole number of days from 0'],
    ['WITHDRAWAL_DAYS', '1.5', 'whole number of days from 0'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info, debug, trace'],
  ])('with %s=%s is refused in one line that says what is expected', (name, value, expected) => {
    const line = refusal({ [name]: value });
    expect(line).toMatch(new RegExp(`^${name} must be `));
    expect(line).toContain(expected);
    expect(line).not.toContain('\n');
    // What was given is told, so that a mistyped variable is found.
    expect(line).toContain(JSON.stringify(name === 'SERVICES' ? value.split(',').at(-1) : value));
  });

  test('names the one of several proxies or origins that is wrong', () => {
    expect(refusal({ TRUSTED_PROXIES: '10.0.0.1, 10.0.0.256' })).toMatch(/, but has "10\.0\.0\.256"$/);
    expect(refusal({ CORS_ORIGINS: 'https://a.example.com,ftp://b.example.com' })).toMatch(/but has "ftp:/);
  });

  test('has origins as browsers send them', () => {
    const { corsOrigins } = load({
      CORS_ORIGINS: 'HTTPS://Shop.Example.com:443, http://bücher.example:80,http://[::1]:3000',
    });
    expect(corsOrigins).toEqual(['https://shop.example.com', 'http://xn--bcher-kva.example', 'http://[::1]:3000']);
  });

  test('has what belongs together', () => {
    expect(refusal({ NATS_URL: 'nats://127.0.0.1:4222' })).toMatch(/^NATS_URL is set but MONGO_URL is not: .*MongoDB$/);
    expect(refusal({ SERVICES: 'watcher' })).toContain('needs NATS_URL and NATS_SYSTEM_URL');
  });
});

describe('the secret that signs tokens', () => {
  const own = () => mkdtempSync(join(folder, 'data-'));

  test('has no default in production, and is not made there', () => {
    const dataDir = own();
    const line = refusal({ NODE_ENV: 'production', TOKEN_SECRET: '', DATA_DIR: dataDir });
    expect(line).toMatch(/^TOKEN_SECRET must be a secret of at least 32 characters/);
    expect(existsSync(join(dataDir, 'token-secret'))).toBe(false);
  });

  test('must be long, and is not shown when it is not', () => {
    const line = refusal({ TOKEN_SECRET: 'hunter2' });
    expect(line).toMatch(/^TOKEN_SECRET must be a secret of at least 32 characters/);
    expect(line).not.toContain('hunter2');
  });

  test('is made at random in development, for its owner alone, and stays the same', () => {
    const dataDir = join(own(), 'not', 'there', 'yet');
    const first = loadConfig({ DATA_DIR: dataDir });
    expect(first.tokenSecret.length).toBeGreaterThanOrEqual(32);
    const file = join(dataDir, 'token-secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(first.tokenSecret);
    expect(loadConfig({ DATA_DIR: dataDir }).tokenSecret).toBe(first.tokenSecret);
    expect(loadConfig({ DATA_DIR: own() }).tokenSecret).not.toBe(first.tokenSecret);
  });

  test('of the environment comes before the one that was kept', () => {
    const dataDir = own();
    loadConfig({ DATA_DIR: dataDir });
    expect(load({ DATA_DIR: dataDir }).tokenSecret).toBe(SECRET);
  });

  test('cannot be kept where no folder can be: one line says so', () => {
    const file = join(own(), 'file');
    writeFileSync(file, '');
    expect(refusal({ TOKEN_SECRET: '', DATA_DIR: join(file, 'data') })).toMatch(/^DATA_DIR must be a folder/);
  });

  test('that was kept only in part, by a process that died, is refused rather than used', () => {
    const dataDir = own();
    writeFileSync(join(dataDir, 'token-secret'), '');
    expect(refusal({ TOKEN_SECRET: '', DATA_DIR: dataDir })).toContain('token-secret');
  });
});
