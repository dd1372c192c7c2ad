import { normaliseCharacters } from './normalise-characters.ts';

/** Digits of a number (E.164 has 15 at most; the shortest national ones have 5). */
const MIN_PHONE_DIGITS = 5;
const MAX_PHONE_DIGITS = 15;

/** What people write between the digits. */
const DIGIT_SEPARATORS = /[\s().\-/·]/gu;
const PHONE_EXTENSION = /(?:[,;]?\s*(?:ext\.?|extension|poste|x|#))[\s=]*(\d{1,6})$/iu;

/**
 * A phone number without the signs between its digits: `+493012345`, or `03012345` when it was written without its
 * country; with ` ext 12` when it has an extension. `undefined` for what is none.
 */
export function normalisePhone(text: string): string | undefined {
  // Address books put marks of direction around numbers.
  const plain = normaliseCharacters(text);
  const extension = PHONE_EXTENSION.exec(plain)?.[1];
  const number = plain
    .replace(PHONE_EXTENSION, '')
    // The 0 that is not dialled after a country: +49 (0)30.
    .replace(/^((?:\+|00)[\d\s]+)\(0\)/, '$1')
    .replaceAll(DIGIT_SEPARATORS, '')
    .replace(/^00(?=[1-9])/, '+');
  const digits = /^\+?(\d+)$/.exec(number)?.[1] ?? '';
  if (digits.length < MIN_PHONE_DIGITS || digits.length > MAX_PHONE_DIGITS) return undefined;
  return extension ? `${number} ext ${extension}` : number;
}

function checkPhone(value: unknown, faults: object[], { max }: { max: number }, path: string): unknown {
  // Left out, or refused already.
  if (typeof value !== 'string' || value === '' || value.length > max) return value;
  const folded = normalisePhone(value);
  if (folded === undefined) {
    faults.push({ type: 'phone', message: `The '${path}' field must be a phone number such as +49 30 123456.` });
  }
  return folded ?? value;
}

/** Contract rule of a phone number that may be left out or empty. */
export const optionalPhone = { type: 'string', trim: true, max: 40, optional: true, custom: checkPhone } as const;
