import { parseNetwork } from '../client-address.ts';
import { parseOrigin } from '../origin.ts';
import { FLAG_ALLOWED, flag, listOf, type Setting, text, wholeNumber } from './setting.ts';

const perMinute = { ...wholeNumber, min: 1 } as const;
const PER_MINUTE_ALLOWED = 'a whole number from 1';
const secret = { rule: { ...text, min: 32, optional: true }, isSecret: true, mustBeRandom: true } as const;

/** Who may come in, and how many of them. */
export const gatewaySettings = {
  TOKEN_SECRET: {
    ...secret,
    allowed: 'a secret of at least 32 characters, such as openssl rand -hex 32 makes',
    about: 'signs access tokens; required in production, and random there',
    defaultNote: 'random, kept in `DATA_DIR`',
  },
  TOKEN_SECRET_PREVIOUS: {
    ...secret,
    allowed: 'the TOKEN_SECRET from before, of at least 32 characters',
    about: 'still taken while the secret is changed',
  },
  TOKEN_PRIVATE_KEY_FILE: {
    rule: { ...text, optional: true },
    allowed: 'a PEM file of an RSA or P-256 key',
    about: 'signs access tokens instead of the secret',
  },
  TOKEN_PUBLIC_KEY_FILES: {
    rule: { ...text, default: '' },
    allowed: 'PEM files of RSA or P-256 keys, separated by commas',
    about: 'keys whose access tokens are taken besides',
    parse: listOf((file) => file),
  },
  PUBLIC_URL: {
    rule: { ...text, pattern: /^https?:\/\/[^\s/]+$/, optional: true },
    allowed: 'an address without a path such as https://shop.example.com',
    about:
      'where customers reach the shop; required in production and in a cluster; links in mails lead to `/account/…` and ' +
      '`/products/{slug}` there',
    defaultNote: '`http://127.0.0.1:PORT`',
  },
  CORS_ORIGINS: {
    rule: { ...text, default: '' },
    allowed: 'origins such as https://shop.example.com, separated by commas, without paths and without *',
    about: 'whose pages may ask from a browser',
    parse: listOf(parseOrigin),
  },
  TRUSTED_PROXIES: {
    rule: { ...text, default: '' },
    allowed: 'addresses or networks such as 10.0.0.0/8, separated by commas, none of them of all addresses',
    about: 'whose `X-Forwarded-For` is believed',
    parse: listOf((network) => parseNetwork(network) && network),
  },
  LOGINS_PER_MINUTE: {
    rule: { ...perMinute, default: 30 },
    allowed: PER_MINUTE_ALLOWED,
    about: 'logins of each client, over all gateways',
  },
  MUTATIONS_PER_MINUTE: {
    rule: { ...perMinute, default: 600 },
    allowed: PER_MINUTE_ALLOWED,
    about: 'writing requests of each client, over all gateways',
  },
  READS_PER_MINUTE: {
    rule: { ...perMinute, default: 6000 },
    allowed: PER_MINUTE_ALLOWED,
    about: 'reading requests of each client, over all gateways',
  },
  MIN_CONCURRENCY: {
    rule: { ...wholeNumber, min: 1, max: 10_000, default: 16 },
    allowed: 'a whole number from 1 to 10000',
    about:
      'checkouts that a gateway always admits at a time, of other routes a share of that: ' +
      '[docs/deployment.md](docs/deployment.md#when-more-is-asked-than-can-be-answered)',
  },
  VERIFIED_LOGIN: {
    rule: { ...flag, default: false },
    allowed: FLAG_ALLOWED,
    about: 'logging in takes a verified e-mail address',
  },
  ARGON2_MEMORY: {
    rule: { ...wholeNumber, min: 8, max: 1_048_576, default: 19_456 },
    allowed: 'a number of KiB from 8 to 1048576',
    about: 'memory that hashing a password takes; old hashes are renewed at login',
  },
  ARGON2_PASSES: {
    rule: { ...wholeNumber, min: 1, max: 10, default: 2 },
    allowed: 'a number from 1 to 10',
    about: 'passes of hashing a password',
  },
} as const satisfies Record<string, Setting>;
