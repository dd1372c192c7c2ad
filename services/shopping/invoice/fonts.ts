import { join } from 'node:path';
import { type Font, openSync } from 'fontkit';

/** The name of a font. Its file is read when the first text needs it, and stays in memory. */
export type FontName = keyof typeof FONT_FILES;

const FONT_FILES = {
  latin: 'NotoSans-Regular.ttf',
  latinBold: 'NotoSans-Bold.ttf',
  arabic: 'NotoNaskhArabic-Regular.ttf',
  arabicBold: 'NotoNaskhArabic-Bold.ttf',
  hebrew: 'NotoSansHebrew-Regular.ttf',
  hebrewBold: 'NotoSansHebrew-Bold.ttf',
  // Several megabytes each, so they are not loaded in bold as well.
  japanese: 'NotoSansJP-Regular.otf',
  korean: 'NotoSansKR-Regular.otf',
  chinese: 'NotoSansHans-Regular.otf',
  thai: 'noto-sans-thai-thai-400-normal.woff',
  armenian: 'noto-sans-armenian-armenian-400-normal.woff',
  georgian: 'noto-sans-georgian-georgian-400-normal.woff',
} as const;

const SCRIPT_FONTS: readonly [script: RegExp, fonts: readonly FontName[], bold?: FontName][] = [
  [/\p{Script_Extensions=Arabic}/u, ['arabic'], 'arabicBold'],
  [/\p{Script_Extensions=Hebrew}/u, ['hebrew'], 'hebrewBold'],
  [/\p{Script=Hangul}/u, ['korean']],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, ['japanese']],
  [/\p{Script=Thai}/u, ['thai']],
  [/\p{Script=Armenian}/u, ['armenian']],
  [/\p{Script=Georgian}/u, ['georgian']],
];
/** Han, with its punctuation and full-width letters. */
const CJK = /[\p{Script=Han}\u3000-\u303f\u30fb\u30fc\uff00-\uffef]/u;

const FOLDER = join(import.meta.dirname, 'fonts');
const loadedFonts = new Map<FontName, Font>();

export function loadFont(name: FontName): Font {
  const known = loadedFonts.get(name);
  if (known) return known;
  const font = openSync(join(FOLDER, FONT_FILES[name]));
  if (!('layout' in font)) throw new Error(`${FONT_FILES[name]} is a collection of fonts, not one font`);
  loadedFonts.set(name, font);
  return font;
}

/**
 * The font for a character, by its script and the language of the text around it. `undefined`: no font has it. Han
 * without kana or Hangul in the text is shown in its Chinese forms.
 */
export function chooseFont(character: string, text: string, bold: boolean): FontName | undefined {
  const code = character.codePointAt(0) ?? 0;
  const has = (name: FontName) => loadFont(name).hasGlyphForCodePoint(code);
  for (const [script, fonts, boldFont] of SCRIPT_FONTS) {
    if (!script.test(character)) continue;
    const found = (bold && boldFont ? [boldFont, ...fonts] : fonts).find(has);
    if (found) return found;
  }
  const latin = bold ? 'latinBold' : 'latin';
  if (has(latin)) return latin;
  if (!CJK.test(character)) return undefined;
  const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
  const korean = /\p{Script=Hangul}/u.test(text);
  const cjkFonts: FontName[] = ['chinese', 'japanese', 'korean'];
  return (japanese ? ['japanese' as const, ...cjkFonts] : korean ? ['korean' as const, ...cjkFonts] : cjkFonts).find(
    has,
  );
}
