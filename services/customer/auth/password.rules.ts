import { dictionary } from '@zxcvbn-ts/language-common';
import { errors } from '../../shared/problems.ts';

/** The most used passwords, as their leaks show them. */
const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common']);

/** Shorter parts prove nothing: nearly every password has some word of a few letters. */
const TELLING = 5;

/**
 * Refuses what is guessed first: a common password, also with other capitals or with digits and signs behind it, one
 * character or a few over and over, and the customer's own name or address. Composition rules there are none (NIST SP
 * 800-63B §5.1.1.2). @throws weak-password
 */
export function checkPassword(password: string, { email, name }: { email: string; name: string }): void {
  const plain = password.normalize('NFC').toLowerCase();
  const stem = plain.replace(/[\d\W_]+$/u, '');
  if (COMMON.has(plain) || (stem.length >= TELLING && COMMON.has(stem))) {
    throw errors.weakPassword('This password is among the most used ones. Choose another, such as four random words.');
  }
  if (new Set(plain).size < 5) throw errors.weakPassword('Use at least five different characters.');
  const [local = ''] = email.toLowerCase().split('@');
  const own = [email.toLowerCase(), local, name.toLowerCase()].filter((part) => part.length >= TELLING);
  if (own.some((part) => plain === part || stem === part)) {
    throw errors.weakPassword('Your name and e-mail address are the first that others would try.');
  }
}
