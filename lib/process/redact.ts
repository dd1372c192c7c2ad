import { createHash } from 'node:crypto';

/** Names of fields that are never logged, in lower case and without - and _. */
const SECRET_NAMES = new Set([
  'accesstoken',
  'authorization',
  'carttoken',
  'cookie',
  'currentpassword',
  'hash',
  'password',
  'passwordhash',
  'paymentmethod',
  'pass',
  'refreshtoken',
  'secret',
  'secretkey',
  'setcookie',
  'token',
  'tokensecret',
  'webhooksecret',
  'xcarttoken',
]);

const REDACTED = '[redacted]';

/** Secrets and e-mail addresses inside texts, with their replacement. */
const SECRET_PATTERNS: readonly [RegExp, string | ((found: string) => string)][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED], // a JWT
  [/\b(Bearer|Basic)\s+[\w~+/.=-]+/gi, `$1 ${REDACTED}`],
  [/\b(?:sk|rk|pk)_(?:live|test)_\w+|\bwhsec_\w+/g, REDACTED],
  [/\b(?:tok|pm|pi|card|src)_\w+/g, REDACTED],
  [/(:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`], // user and password of an address
  [/(#token=)[\w.-]+/g, `$1${REDACTED}`],
  [/[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/g, (email) => `email:${digest(email)}`],
];

/** A stable pseudonym: one person's log lines can be correlated without their address. */
const digest = (email: string): string => createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 12);

const redactText = (text: string): string =>
  SECRET_PATTERNS.reduce(
    (rest, [pattern, replacement]) =>
      typeof replacement === 'string' ? rest.replace(pattern, replacement) : rest.replace(pattern, replacement),
    text,
  );

const MAX_DEPTH = 8;

/** A copy of a logged value without secrets and e-mail addresses. An error keeps its name, stack and causes. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((part) => redact(part, depth + 1));
  const parts = value instanceof Error ? errorParts(value) : Object.entries(value);
  return Object.fromEntries(parts.map(([name, part]) => [name, isSecret(name) ? REDACTED : redact(part, depth + 1)]));
}

function errorParts(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  const own = Object.entries(error).filter(([part]) => !['ctx', 'stack', 'message', 'name', 'cause'].includes(part));
  return [
    ['type', name],
    ['message', message],
    ['stack', stack],
    ...own.map(([part, value]): [string, unknown] => [part === 'type' ? 'code' : part, value]),
    ...(cause === undefined ? [] : [['cause', cause] satisfies [string, unknown]]),
  ];
}

const isSecret = (name: string): boolean => SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''));
