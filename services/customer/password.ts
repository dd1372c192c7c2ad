import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** OWASP's second choice for Argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19 * 1024, passes: 2, parallelism: 1 };
const TAG_LENGTH = 32;

/** The PHC string of a password's Argon2id hash (RFC 9106), with the cost it was made with. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: normal(password), nonce, ...COST, tagLength: TAG_LENGTH });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(nonce)}$${base64(tag)}`;
}

/** Whether the password is the one that was hashed. `undefined` costs the same time and is never right. */
export async function verifyPassword(password: string, hash = NOBODY): Promise<boolean> {
  const [, , , cost = '', nonce = '', tag = ''] = hash.split('$');
  const [memory = 0, passes = 0, parallelism = 0] = cost.split(',').map((part) => Number(part.slice(2)));
  const expected = Buffer.from(tag, 'base64');
  const message = normal(password);
  const found = await derive('argon2id', {
    message,
    nonce: Buffer.from(nonce, 'base64'),
    memory,
    passes,
    parallelism,
    tagLength: expected.length,
  });
  return timingSafeEqual(found, expected) && hash !== NOBODY;
}

/** The same password typed on another keyboard is the same password (RFC 8265). */
const normal = (password: string) => password.normalize('NFC');
const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** A hash that belongs to nobody: an unknown e-mail takes as long as a wrong password. */
const NOBODY = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(Buffer.alloc(16))}$${base64(Buffer.alloc(TAG_LENGTH))}`;
