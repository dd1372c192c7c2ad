import { normaliseCharacters } from './normalise-characters.ts';

/** E.164 allows at most 15 digits; the shortest national numbers have 5. */
const MIN_PHONE_DIGITS = 5;
const MAX_PHONE_DIGITS = 15;

/** The characters that people type between digits. */
const DIGIT_SEPARATORS = /[\s().\-/·]/gu;
const PHONE_EXTENSION = /(?:[,;]?\s*(?:ext\.?|extension|poste|x|#))[\s=]*(\d{1,6})$/iu;

/**
 * Normalises a phone number: `+493012345`, or `03012345` if it was typed without its country code. An extension follows
 * as ` ext 12`. `undefined`: the text is no phone number.
 */
export function normalisePhone(text: string): string | undefined {
  // Also removes the invisible direction marks of address books.
  const plain = normaliseCharacters(text);
  const extension = PHONE_EXTENSION.exec(plain)?.[1];
  const number = plain
    .replace(PHONE_EXTENSION, '')
    // The 0 that is not dialled after a country code: +49 (0)30.
    .replace(/^((?:\+|00)[\d\s]+)\(0\)/, '$1')
    .replaceAll(DIGIT_SEPARATORS, '')
    .replace(/^00(?=[1-9])/, '+');
  const digits = /^\+?(\d+)$/.exec(number)?.[1] ?? '';
  if (digits.length < MIN_PHONE_DIGITS || digits.length > MAX_PHONE_DIGITS) return undefined;
  return extension ? `${number} ext ${extension}` : number;
}

function checkPhone(value: unknown, faults: object[], { max }: { max: number }, path: string): unknown {
  // Absent, or refused by another check.
  if (typeof value !== 'string' || value === '' || value.length > max) return value;
  const normalised = normalisePhone(value);
  if (normalised === undefined) {
    faults.push({ type: 'phone', message: `The '${path}' field must be a phone number such as +49 30 123456.` });
  }
  return normalised ?? value;
}

/** The contract rule of a phone number that may be absent or empty. */
export const optionalPhone = { type: 'string', trim: true, max: 40, optional: true, custom: checkPhone } as const;
