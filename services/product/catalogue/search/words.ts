import { stemmer } from 'stemmer';

/** Longer ones are cut: nobody types them, and the cost of forgiving a typo grows with the length. */
const LONGEST = 32;

/** Letters that Unicode does not decompose, as they are typed without them. */
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ı: 'i' };

/** Most texts, which are folded much faster. */
const PLAIN = /^[ -~\s]*$/;

/** A text without case and accents. */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæœøđðłı]/g, (letter) => LETTERS[letter] ?? letter);
}

/** The words of a text, folded: `Women's crew-neck` has `womens`, `crew` and `neck`. */
export function wordsOf(text: string): string[] {
  const words = folded(text)
    .replaceAll(/['’]/g, '')
    .match(PLAIN.test(text) ? /[a-z0-9]+/g : /[\p{L}\p{N}]+/gu);
  return words?.map((word) => word.slice(0, LONGEST)) ?? [];
}

/** What a word and its plural share, by M. F. Porter's algorithm for English (Program 14.3, 1980). */
export const stemOf = stemmer;
