import { errors } from '../../shared/problems.ts';

/** What a customer says of a product. */
export interface Opinion {
  /** Stars, 1 to 5. */
  rating: number;
  /** One line; empty for none. */
  title: string;
  text: string;
}

/**
 * What is said, as it is kept: plain text in which nothing is hidden. Characters that only steer a screen or a printer are
 * left out, those that turn the direction of text around and halves of characters too. Markup stays the letters that it
 * is: whoever shows it has to escape it, as any text.
 * @throws invalid-request when nothing is left
 */
export function opinionOf(said: { rating: number; title?: string | undefined; text: string }): Opinion {
  const { rating, title = '' } = said;
  const text = plain(said.text.replaceAll(/\r\n?/g, '\n').replaceAll(/\n{3,}/g, '\n\n'));
  if (text === '') throw errors.invalidRequest([{ pointer: '/text', detail: 'Say something about it.' }]);
  return { rating, title: plain(title.replaceAll(/\s+/g, ' ')), text };
}

const plain = (text: string): string => text.toWellFormed().normalize('NFC').replaceAll(HIDDEN, '').trim();

/** Control characters but for the line feed, marks and overrides of direction, the byte order mark, U+FFFD. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/g;

/** Longest first name that is shown, in characters. */
const LONGEST = 30;
const NAMELESS = 'A customer';

/**
 * What others see of a customer's name: the first name, and of the last one its first letter. Never an address, and nothing of a name in
 * which the last one may stand first.
 */
export function displayName(name: string): string {
  const words = plain(name.replaceAll(/\s+/g, ' ')).split(' ').filter(Boolean);
  const [first = '', last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  if (!/\p{L}/u.test(first) || /[@,\d]/.test(name)) return NAMELESS;
  const [initial = ''] = last ?? '';
  return [...first].slice(0, LONGEST).join('') + (initial ? ` ${initial.toUpperCase()}.` : '');
}
