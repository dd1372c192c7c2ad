import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** In characters: 128 bits, also in hexadecimal digits. */
const MIN_SECRET_LENGTH = 32;
/** 32 random hexadecimal digits have fewer with a probability of one in ten million. */
const MIN_DISTINCT_CHARACTERS = 8;
/** Share of adjacent characters with equal or consecutive codes. A larger share is a sequence, not random. */
const MAX_NEIGHBOUR_SHARE = 2 / 3;

/** Texts of examples and placeholders; long enough not to occur in random secrets. */
const EXAMPLE_TEXTS =
  /change.?(me|this|it)|replace.?(me|this|it|with)|example|placeholder|default|secret|password|insecure|set[ _-]it|your.own|openssl|\$\{|\$\(|<.+>/i;

/**
 * Why a secret can be guessed; `undefined` for one that may be random. It recognises typed texts and examples, not every
 * weak secret.
 */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < MIN_SECRET_LENGTH) return `has fewer than ${MIN_SECRET_LENGTH} characters`;
  if (new Set(secret).size < MIN_DISTINCT_CHARACTERS)
    return `has fewer than ${MIN_DISTINCT_CHARACTERS} different characters`;
  if (EXAMPLE_TEXTS.test(secret)) return 'reads like an example';
  if (isRepetition(secret)) return 'repeats itself';
  const steps = [...secret].slice(1).filter((character, at) => Math.abs(codeOf(character) - codeOf(secret[at])) <= 1);
  if (steps.length > MAX_NEIGHBOUR_SHARE * (secret.length - 1)) return 'is a sequence';
  return undefined;
}

/** Whether the secret is a repeated shorter text. */
function isRepetition(secret: string): boolean {
  for (let period = 1; period <= secret.length / 2; period++) {
    if (secret.startsWith(secret.slice(period))) return true;
  }
  return false;
}

const codeOf = (character = '') => character.codePointAt(0) ?? 0;

/**
 * The random secret of a development process, stored in its data folder so that sessions survive a restart. It is created
 * at the first start with mode 0600; a file that others may read is changed to that mode.
 * @throws {StartError} when it can be neither stored nor read
 */
export function developmentSecret(dataDir: string): string {
  const file = join(dataDir, 'token-secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new StartError(`DATA_DIR must be a folder that can be written: ${message}`);
  }
  const secret = readPrivately(file);
  if (secret.length < MIN_SECRET_LENGTH) {
    throw new StartError(`${file} is damaged: remove it; everyone will have to log in again`);
  }
  return secret;
}

function readPrivately(file: string): string {
  try {
    // A copied or restored file often has the default mode.
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} must be a file of this user's, with mode 0600: ${(error as Error).message}`);
  }
}
