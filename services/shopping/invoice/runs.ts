import { createRequire } from 'node:module';
import { chooseFont, type FontName } from './fonts.ts';

// A CommonJS module whose types are those of an ES module.
const bidiFactory: typeof import('bidi-js').default = createRequire(import.meta.url)('bidi-js');
const bidi = bidiFactory();

/** A piece of a line in one font and one direction, which is drawn in one call. Its letters are in logical order. */
export interface TextRun {
  text: string;
  font: FontName;
}

/** Emoji, also those of several characters. */
const EMOJI_SEQUENCE = /\p{RGI_Emoji}/gv;
const EMOJI_CHARACTER = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]/u;
/** Control and format characters, and lone surrogates. Joiners are left out, as some scripts write words with them. */
const INVISIBLE_CHARACTER = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Variation_Selector}]/gu;
const RTL_LETTER = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;

/**
 * A text as documents print it: in one line, without invisible characters, and without emoji, which the fonts do not
 * have.
 */
export function toPrintable(text: string): string {
  const plain = text
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(EMOJI_SEQUENCE, '')
    .replaceAll(INVISIBLE_CHARACTER, '');
  const shown = Array.from(plain).filter((letter) => !EMOJI_CHARACTER.test(letter) || chooseFont(letter, plain, false));
  return shown
    .join('')
    .replaceAll(/(?<![\p{L}\p{M}])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{M}])/gu, '')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

/**
 * Splits a line into runs, from left to right, by the Unicode Bidirectional Algorithm (UAX #9, rule L2 applied to whole
 * runs). A character that no font has is drawn as a box.
 */
export function splitIntoRuns(line: string, bold: boolean, direction: 'ltr' | 'auto'): TextRun[] {
  if (line === '') return [];
  const { levels } = bidi.getEmbeddingLevels(line, direction);
  const mirrored = bidi.getMirroredCharactersMap(line, levels);
  const runs: (TextRun & { level: number })[] = [];
  let at = 0;
  for (const letter of line) {
    const level = levels[at] ?? 0;
    const before = runs.at(-1);
    const text = mirrored.get(at) ?? letter;
    at += letter.length;
    const font = fontOfLetter(letter, before?.font, line, bold);
    if (before && before.font === font && before.level === level) before.text += text;
    else runs.push({ text, font, level });
  }
  return reorderRuns(runs).map(({ text, font, level }) => ({
    text: isReversed(text, level) ? reverseText(text) : text,
    font,
  }));
}

/** The font of a letter. Marks and joiners have that of the letter before them, whose font has to shape them. */
function fontOfLetter(letter: string, before: FontName | undefined, line: string, bold: boolean): FontName {
  if (before && /[\p{M}\u200c\u200d]/u.test(letter)) return before;
  return chooseFont(letter, line, bold) ?? (bold ? 'latinBold' : 'latin');
}

/** Rule L2 of UAX #9: from the highest level down, each sequence of runs at that level or above is reversed. */
function reorderRuns<R extends { level: number }>(runs: readonly R[]): R[] {
  const visual = [...runs];
  const levels = visual.map(({ level }) => level);
  for (let level = Math.max(...levels); level > 0; level -= 1) {
    for (let from = 0; from < visual.length; from += 1) {
      let to = from;
      while (to < visual.length && (visual[to]?.level ?? 0) >= level) to += 1;
      if (to > from) visual.splice(from, to - from, ...visual.slice(from, to).reverse());
      from = Math.max(from, to - 1);
    }
  }
  return visual;
}

/**
 * Whether the text has to be reversed by hand: the shaper draws letters in their script's direction, and digits left to
 * right.
 */
const isReversed = (text: string, level: number): boolean => (level % 2 === 1) !== RTL_LETTER.test(text);

const reverseText = (text: string): string => Array.from(text).reverse().join('');

/**
 * The pieces between which a line may be broken: after a space or a hyphen, and beside characters of scripts without
 * spaces.
 */
export function splitIntoWords(text: string): string[] {
  return (
    text
      .match(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}][\u3001\u3002\uff09\uff0c\u30fc]*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[^ -])*[ -]*/gu,
      )
      ?.filter((word) => word !== '') ?? []
  );
}
