import { errors } from '../../shared/problems.ts';

/** The content of a review. */
export interface Opinion {
  /** Stars, 1 to 5. */
  rating: number;
  /** One line; empty for none. */
  title: string;
  text: string;
}

/**
 * The content as it is stored: plain text without control characters, overrides of the text direction and lone
 * surrogates. Markup is not removed: clients escape the text, as any other.
 * @throws invalid-request if no text is left
 */
export function sanitizeOpinion(input: { rating: number; title?: string | undefined; text: string }): Opinion {
  const { rating, title = '' } = input;
  const text = plainText(input.text.replaceAll(/\r\n?/g, '\n').replaceAll(/\n{3,}/g, '\n\n'));
  if (text === '') throw errors.invalidField('/text', 'The text must not be empty.');
  return { rating, title: plainText(title.replaceAll(/\s+/g, ' ')), text };
}

const plainText = (text: string): string => text.toWellFormed().normalize('NFC').replaceAll(HIDDEN_CHARS, '').trim();

/** Control characters except the line feed, marks and overrides of text direction, the byte order mark, U+FFFD. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
const HIDDEN_CHARS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/g;

const MAX_FIRST_NAME_LENGTH = 30;
const ANONYMOUS_AUTHOR = 'A customer';

/**
 * The name that others see: the first name and the initial of the last name. Anonymous for a text that may be an address,
 * or that may begin with the last name.
 */
export function displayName(name: string): string {
  const words = plainText(name.replaceAll(/\s+/g, ' ')).split(' ').filter(Boolean);
  const [first = '', last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  if (!/\p{L}/u.test(first) || /[@,\d]/.test(name)) return ANONYMOUS_AUTHOR;
  const [initial = ''] = last ?? '';
  return [...first].slice(0, MAX_FIRST_NAME_LENGTH).join('') + (initial ? ` ${initial.toUpperCase()}.` : '');
}
