import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** Shortest secret, in characters: 128 bits also where they are written as hexadecimal digits. */
const SHORTEST_SECRET = 32;
/** 32 random hexadecimal digits have fewer once in ten million times. */
const FEWEST_CHARACTERS = 8;
/** The part of neighbours that are equal or next to each other, above which it is a sequence and not random. */
const MOST_NEIGHBOURS = 2 / 3;

/** What examples and placeholders say of themselves; long enough never to be met in what is random. */
const EXAMPLES =
  /change.?(me|this|it)|replace.?(me|this|it|with)|example|placeholder|default|secret|password|insecure|set[ _-]it|your.own|openssl|\$\{|\$\(|<.+>/i;

/**
 * Why others would guess a secret; `undefined` for one that may be random. It finds what people type and what examples
 * say, not every poor secret.
 */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < SHORTEST_SECRET) return `has fewer than ${SHORTEST_SECRET} characters`;
  if (new Set(secret).size < FEWEST_CHARACTERS) return `has fewer than ${FEWEST_CHARACTERS} different characters`;
  if (EXAMPLES.test(secret)) return 'reads like an example';
  if (repeats(secret)) return 'repeats itself';
  const steps = [...secret].slice(1).filter((character, at) => Math.abs(codeOf(character) - codeOf(secret[at])) <= 1);
  if (steps.length > MOST_NEIGHBOURS * (secret.length - 1)) return 'is a sequence';
  return undefined;
}

/** Whether it is some shorter text again and again. */
function repeats(secret: string): boolean {
  for (let period = 1; period <= secret.length / 2; period++) {
    if (secret.startsWith(secret.slice(period))) return true;
  }
  return false;
}

const codeOf = (character = '') => character.codePointAt(0) ?? 0;

/**
 * The random secret that a process in development keeps beside its data, so that sessions outlive a restart. It is made
 * at the first start, for its owner alone; a file that others may read is closed to them.
 * @throws {StartError} when it can be neither kept nor read
 */
export function keptSecret(dataDir: string): string {
  const file = join(dataDir, 'token-secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new StartError(`DATA_DIR must be a folder that can be written: ${message}`);
  }
  const secret = ownersAlone(file);
  if (secret.length < SHORTEST_SECRET) {
    throw new StartError(`${file} is damaged: remove it; everyone will have to log in again`);
  }
  return secret;
}

function ownersAlone(file: string): string {
  try {
    // Copied or restored, a file easily gets the mode that files usually have.
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} must be a file of this user's, with mode 0600: ${(error as Error).message}`);
  }
}
