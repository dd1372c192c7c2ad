import { domainToASCII } from 'node:url';
import { lineFault } from '../../../lib/contract/text-rules.ts';

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
const MAX_EMAIL_CHARS = 254;
const LOCAL_PART = /^[^\s<>()[\]\\.,;:@"]+(?:\.[^\s<>()[\]\\.,;:@"]+)*$/u;
const ASCII_DOMAIN = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?:[a-z]{2,63}|xn--[a-z\d-]{1,59})$/;

/**
 * Normalises an e-mail address to the form in which it is stored, looked up and mailed to: lower case, and an
 * internationalised domain in punycode (RFC 5891), so that both spellings are one account.
 */
export function normaliseEmail(email: string): string {
  const plain = email.trim().normalize('NFC').toLowerCase();
  const at = plain.lastIndexOf('@') + 1;
  const domain = plain.slice(at);
  const isAscii = /^[\0-\x7f]*$/.test(domain);
  // An invalid domain is kept: no account has it.
  return isAscii ? plain : plain.slice(0, at) + (domainToASCII(domain) || domain);
}

function isEmailAddress(normal: string): boolean {
  const at = normal.lastIndexOf('@');
  const [local, domain] = [normal.slice(0, at), normal.slice(at + 1)];
  return normal.length <= MAX_EMAIL_CHARS && LOCAL_PART.test(local) && !lineFault(local) && ASCII_DOMAIN.test(domain);
}

function checkEmail(value: unknown, faults: object[], { max }: { max: number }, path: string): unknown {
  // Missing, or another check has refused it.
  if (typeof value !== 'string' || value.length > max) return value;
  const normal = normaliseEmail(value);
  if (!isEmailAddress(normal)) faults.push({ type: 'email', message: `The '${path}' field must be a valid e-mail.` });
  return normal;
}

/** Contract rule of an e-mail address that mails can be sent to; the value becomes its normal form. */
export const email = { type: 'string', format: 'email', trim: true, max: MAX_EMAIL_CHARS, custom: checkEmail } as const;
