import { NODE_KINDS } from './node-kinds.ts';
import { Validator } from './validator.ts';

const port = { type: 'number', integer: true, min: 0, max: 65535, convert: true } as const;
const flag = { type: 'boolean', convert: true } as const;

export const check = new Validator().compile({
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
  METRICS_PORT: { ...port, default: 0 },
  AUDIT_SECONDS: { type: 'number', integer: true, min: 0, max: 86_400, convert: true, default: 300 },
  PAYMENT_PROVIDER: { type: 'enum', values: ['sandbox', 'stripe'], optional: true },
  STRIPE_SECRET_KEY: { type: 'string', pattern: /^(sk|rk)_/, optional: true },
  STRIPE_WEBHOOK_SECRET: { type: 'string', pattern: /^whsec_/, optional: true },
  STRIPE_API_URL: { type: 'string', pattern: /^https?:\/\//, default: 'https://api.stripe.com' },
  SMTP_URL: { type: 'string', pattern: /^smtps?:\/\//, optional: true },
  MAIL_FROM: { type: 'string', default: 'Shop <shop@localhost>' },
  SELLER: { type: 'string', default: 'Moleculer Shop, 1 Market Street, 10115 Berlin' },
  PRICING_FILE: { type: 'string', optional: true },
  HOLD_MINUTES: { type: 'number', min: 0.01, max: 1440, convert: true, default: 15 },
  LOG_LEVEL: { type: 'enum', values: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'], default: 'warn' },
});

/** What each variable must be, for the message that refuses another value. */
export const HINTS: Record<string, string> = {
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
  METRICS_PORT: 'a port number from 0 to 65535',
  AUDIT_SECONDS: 'a number of seconds from 0 (never) to 86400',
  PAYMENT_PROVIDER: 'sandbox or stripe',
  STRIPE_SECRET_KEY: 'a secret key of Stripe, which begins with sk_ or rk_',
  STRIPE_WEBHOOK_SECRET: 'a signing secret of Stripe, which begins with whsec_',
  STRIPE_API_URL: 'an address such as https://api.stripe.com',
  SMTP_URL: 'an address such as smtp://user:password@mail.example.com:587',
  HOLD_MINUTES: 'a number of minutes from 0.01 to 1440',
  LOG_LEVEL: 'one of fatal, error, warn, info, debug, trace',
};

/** Variables whose value no message repeats. */
export const SECRETS: ReadonlySet<string> = new Set([
  'TOKEN_SECRET',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'SMTP_URL',
]);
