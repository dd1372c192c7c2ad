import { stemmer } from 'stemmer';

/** Longer words are truncated: they are not searched for, and the cost of a fuzzy search grows with the length. */
const MAX_WORD_LENGTH = 32;

/** Letters without a Unicode decomposition, with their usual ASCII spelling. */
const UNDECOMPOSED_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
};

/** A fast path: most texts are ASCII. */
const ASCII_TEXT = /^[ -~\s]*$/;

/** Removes case and accents. */
export function foldText(text: string): string {
  if (ASCII_TEXT.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæœøđðłı]/g, (letter) => UNDECOMPOSED_LETTERS[letter] ?? letter);
}

/** Splits a text into folded words: `Women's crew-neck` gives `womens`, `crew` and `neck`. */
export function tokenize(text: string): string[] {
  const words = foldText(text)
    .replaceAll(/['’]/g, '')
    .match(ASCII_TEXT.test(text) ? /[a-z0-9]+/g : /[\p{L}\p{N}]+/gu);
  return words?.map((word) => word.slice(0, MAX_WORD_LENGTH)) ?? [];
}

/** The stem that a word shares with its plural, by M. F. Porter's algorithm for English (Program 14.3, 1980). */
export const stemWord = stemmer;
