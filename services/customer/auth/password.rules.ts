import { dictionary } from '@zxcvbn-ts/language-common';
import { errors } from '../../shared/problems.ts';

/** The most used passwords, from public leaks. */
const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common']);

/** Shorter matches prove nothing: nearly every password contains a word of a few letters. */
const MIN_MATCH_CHARS = 5;
const MIN_DISTINCT_CHARS = 5;

/**
 * Refuses passwords that are guessed first: common ones, also with other capitals or trailing digits and signs, few
 * distinct characters, and the customer's own name or address. No composition rules (NIST SP 800-63B §5.1.1.2).
 * @throws weak-password
 */
export function checkPassword(password: string, { email, name }: { email: string; name: string }): void {
  const plain = password.normalize('NFC').toLowerCase();
  const stem = plain.replace(/[\d\W_]+$/u, '');
  if (COMMON.has(plain) || (stem.length >= MIN_MATCH_CHARS && COMMON.has(stem))) {
    throw errors.weakPassword('This password is among the most used ones. Choose another, such as four random words.');
  }
  if (new Set(plain).size < MIN_DISTINCT_CHARS) throw errors.weakPassword('Use at least five different characters.');
  const [local = ''] = email.toLowerCase().split('@');
  const own = [email.toLowerCase(), local, name.toLowerCase()].filter((part) => part.length >= MIN_MATCH_CHARS);
  if (own.some((part) => plain === part || stem === part)) {
    throw errors.weakPassword('Your name and e-mail address are the first that others would try.');
  }
}
