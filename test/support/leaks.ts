/** What is ours alone, of documents, nodes and errors: no answer has a field of such a name, at any depth. */
const INTERNAL = new Set([
  '_id',
  '__v',
  'rev',
  'passwordHash',
  'salt',
  'stack',
  'nodeID',
  'lease',
  'idemKey',
  'fingerprint',
  'outbox',
]);
/** Where alone a token is given out. */
const GIVES_TOKENS = /^\/v1\/auth\/(register|login|refresh)$/;
const TOKENS = new Set(['accessToken', 'refreshToken']);

const TELLING: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a password hash', /\$argon2(id|i|d)\$/],
  ['an access token', /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/],
  ['a stack trace', /\bat (async )?[\w.<>[\] ]*\(?(file:\/\/|node:|\/)[^\s)]*:\d+:\d+/],
  ['a path of ours', /node_modules|\/services\/\w+\/|\.service\.ts\b/],
  ['what it is made with', /\b(moleculer(?! shop)|nedb|mongodb|fastest-validator|pdfkit|E11000)\b/i],
  ['a version', new RegExp(`(?<!\\d)${process.version.slice(1).replaceAll('.', '\\.')}\\b`)],
];

interface Answered {
  headers: Headers;
  body: unknown;
}

/** What an answer tells that is nobody's business, in words; `undefined` for nothing. */
export function leakOf(path: string, { headers, body }: Answered): string | undefined {
  for (const name of ['server', 'x-powered-by', 'x-aspnet-version', 'via']) {
    if (headers.has(name)) return `the header ${name}`;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const heads = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const tokens = GIVES_TOKENS.test(path);
  // The page of a package, as it comes.
  const parts = path.startsWith('/docs/') ? [heads] : [heads, text];
  for (const [what, pattern] of TELLING) {
    if (tokens && what === 'an access token') continue;
    const found = parts.map((part) => pattern.exec(part)?.[0]).find((one) => one !== undefined);
    if (found) return `${what}: ${found}`;
  }
  const field = typeof body === 'object' ? fieldOf(body, tokens) : undefined;
  return field && `the field ${field}`;
}

function fieldOf(value: unknown, tokens: boolean): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (INTERNAL.has(key) || (!tokens && TOKENS.has(key))) return key;
    const found = fieldOf(inner, tokens);
    if (found) return found;
  }
  return undefined;
}
