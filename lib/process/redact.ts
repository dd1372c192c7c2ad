import { createHash } from 'node:crypto';

/** What fields that no log may have are called, whatever their case and dashes. */
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

/** What is a secret wherever it stands, and what is left of it. */
const IN_TEXT: readonly [RegExp, string | ((found: string) => string)][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED], // a JWT
  [/\b(Bearer|Basic)\s+[\w~+/.=-]+/gi, `$1 ${REDACTED}`],
  [/\b(?:sk|rk|pk)_(?:live|test)_\w+|\bwhsec_\w+/g, REDACTED],
  [/\b(?:tok|pm|pi|card|src)_\w+/g, REDACTED],
  [/(:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`], // user and password of an address
  [/(#token=)[\w.-]+/g, `$1${REDACTED}`],
  [/[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/g, (email) => `email:${digest(email)}`],
];

/** The same person has the same one, so that their trail can be followed in a log that does not name them. */
const digest = (email: string): string => createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 12);

const redactedText = (text: string): string =>
  IN_TEXT.reduce(
    (rest, [pattern, put]) => (typeof put === 'string' ? rest.replace(pattern, put) : rest.replace(pattern, put)),
    text,
  );

const DEEPEST = 8;

/** A copy of what is logged, without what may not be read there. An error keeps its name, stack and causes. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.map((part) => redacted(part, depth + 1));
  const parts = value instanceof Error ? errorParts(value) : Object.entries(value);
  return Object.fromEntries(parts.map(([name, part]) => [name, isSecret(name) ? REDACTED : redacted(part, depth + 1)]));
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
