import { FLAG_ALLOWED, flag, number, type Setting, text, wholeNumber } from './setting.ts';

const pemFile = { rule: { ...text, optional: true }, allowed: 'a PEM file' } as const;
const natsUrl = { ...text, pattern: /^(nats|tls):\/\//, optional: true } as const;

/** How nodes reach each other and their database, and when they stop asking what does not answer. */
export const clusterSettings = {
  NATS_URL: {
    rule: natsUrl,
    allowed: 'an address such as nats://127.0.0.1:4222',
    about: 'the transporter; unset: none',
  },
  NATS_SYSTEM_URL: {
    rule: natsUrl,
    allowed: 'an address such as nats://sys:password@127.0.0.1:4222',
    about: "NATS's system account, for the watcher",
  },
  NATS_CA_FILE: {
    ...pemFile,
    about: "TLS to NATS: what its certificate is checked by; `tls://` alone takes the system's authorities",
  },
  NATS_CERT_FILE: { ...pemFile, about: 'TLS to NATS: our certificate' },
  NATS_KEY_FILE: { ...pemFile, about: 'TLS to NATS: the key of our certificate' },
  MONGO_URL: {
    rule: { ...text, pattern: /^mongodb(\+srv)?:\/\//, optional: true },
    allowed: 'an address such as mongodb://127.0.0.1:27017',
    about: 'MongoDB; unset: the embedded store. Needed with `NATS_URL`',
  },
  DATABASE_PREFIX: {
    rule: { ...text, pattern: /^[\w-]{0,40}$/, default: 'shop-' },
    allowed: 'up to 40 letters, digits, - and _',
    about: 'databases are `<prefix>customer` and so on; it also separates shops on one NATS',
  },
  CONNECT_TIMEOUT: {
    rule: { ...number, min: 0, max: 3600, default: 30 },
    allowed: 'a number of seconds from 0 to 3600',
    about: 'how long to keep trying for NATS and MongoDB at start',
  },
  CIRCUIT_BREAKER: {
    rule: { ...flag, default: true },
    allowed: FLAG_ALLOWED,
    about:
      'refuses calls to nodes, payment provider, mail server and S3 that do not work, instead of waiting for them: ' +
      '[docs/deployment.md](docs/deployment.md#circuit-breakers)',
  },
  CIRCUIT_BREAKER_THRESHOLD: {
    rule: { ...number, min: 0.01, max: 1, default: 0.5 },
    allowed: 'a rate from 0.01 to 1',
    about: "the rate of failures at which a node's action is avoided",
  },
  CIRCUIT_BREAKER_MIN_REQUESTS: {
    rule: { ...wholeNumber, min: 1, max: 1000, default: 5 },
    allowed: 'a whole number from 1 to 1000',
    about: 'opens after so many calls in a window, or so many failures in a row towards the outside',
  },
  CIRCUIT_BREAKER_WINDOW_SECONDS: {
    rule: { ...number, min: 1, max: 3600, default: 10 },
    allowed: 'a number of seconds from 1 to 3600',
    about: 'the window in which the rate is counted',
  },
  CIRCUIT_BREAKER_HALF_OPEN_SECONDS: {
    rule: { ...number, min: 0.1, max: 3600, default: 5 },
    allowed: 'a number of seconds from 0.1 to 3600',
    about: 'after which one call finds out whether it works again',
  },
} as const satisfies Record<string, Setting>;
