import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** Argon2id cost: memory in KiB and passes; always one lane. */
export interface Argon2Cost {
  memory: number;
  passes: number;
}

/** OWASP's second configuration: 19 MiB, two passes, one lane. */
const DEFAULT_ARGON2_COST: Argon2Cost = { memory: 19_456, passes: 2 };
const ARGON2_LANES = 1;
const TAG_BYTES = 32;

/** Hashes a password by Argon2id (RFC 9106). @returns a PHC string, which includes the cost */
export async function hashPassword(password: string, cost: Argon2Cost = DEFAULT_ARGON2_COST): Promise<string> {
  const nonce = randomBytes(16);
  const message = normalise(password);
  const tag = await derive('argon2id', { message, nonce, ...cost, parallelism: ARGON2_LANES, tagLength: TAG_BYTES });
  return `${hashPrefix(cost)}${base64(nonce)}$${base64(tag)}`;
}

/** Verifies a password. Without a hash (unknown account) it takes the same time and is false. */
export async function verifyPassword(
  password: string,
  hash?: string,
  cost: Argon2Cost = DEFAULT_ARGON2_COST,
): Promise<boolean> {
  const { memory, passes, parallelism, nonce, tag } = parseHash(hash || dummyHash(cost));
  const message = normalise(password);
  const found = await derive('argon2id', { message, nonce, memory, passes, parallelism, tagLength: tag.length });
  return timingSafeEqual(found, tag) && Boolean(hash);
}

/** Whether a hash has another cost than the current one. */
export const isOutdated = (hash: string, cost: Argon2Cost): boolean => !hash.startsWith(hashPrefix(cost));

function parseHash(hash: string) {
  const [, , , cost = '', nonce = '', tag = ''] = hash.split('$');
  const [memory = 0, passes = 0, parallelism = 0] = cost.split(',').map((part) => Number(part.slice(2)));
  return { memory, passes, parallelism, nonce: Buffer.from(nonce, 'base64'), tag: Buffer.from(tag, 'base64') };
}

/** NFC: keyboards differ in how they compose accents (RFC 8265). */
const normalise = (password: string) => password.normalize('NFC');
const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
const hashPrefix = ({ memory, passes }: Argon2Cost) => `$argon2id$v=19$m=${memory},t=${passes},p=${ARGON2_LANES}$`;
/** A hash of no account, for equal timing. */
const dummyHash = (cost: Argon2Cost) =>
  `${hashPrefix(cost)}${base64(Buffer.alloc(16))}$${base64(Buffer.alloc(TAG_BYTES))}`;
