import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Font, openSync } from 'fontkit';

/** The name of a font. Its file is read when the first text needs it, and stays in memory. */
export type FontName = keyof typeof FONT_FILES;

const FONT_FILES = {
  latin: '@embedpdf/fonts-latin/fonts/NotoSans-Regular.ttf',
  latinBold: '@embedpdf/fonts-latin/fonts/NotoSans-Bold.ttf',
  arabic: '@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Regular.ttf',
  arabicBold: '@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Bold.ttf',
  hebrew: '@embedpdf/fonts-hebrew/fonts/NotoSansHebrew-Regular.ttf',
  hebrewBold: '@embedpdf/fonts-hebrew/fonts/NotoSansHebrew-Bold.ttf',
  // Several megabytes each, so they are not loaded in bold as well.
  japanese: '@embedpdf/fonts-jp/fonts/NotoSansJP-Regular.otf',
  korean: '@embedpdf/fonts-kr/fonts/NotoSansKR-Regular.otf',
  chinese: '@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf',
  thai: '@fontsource/noto-sans-thai/files/noto-sans-thai-thai-400-normal.woff',
  armenian: '@fontsource/noto-sans-armenian/files/noto-sans-armenian-armenian-400-normal.woff',
  georgian: '@fontsource/noto-sans-georgian/files/noto-sans-georgian-georgian-400-normal.woff',
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

const { resolve } = createRequire(import.meta.url);
const loadedFonts = new Map<FontName, Font>();

export function loadFont(name: FontName): Font {
  const known = loadedFonts.get(name);
  if (known) return known;
  const font = openSync(fontPath(name));
  if (!('layout' in font)) throw new Error(`${FONT_FILES[name]} is a collection of fonts, not one font`);
  loadedFonts.set(name, font);
  return font;
}

/** Font packages do not export their files, so the path is made from the folders that Node looks for packages in. */
function fontPath(name: FontName): string {
  const [scope = '', folder = '', ...file] = FONT_FILES[name].split('/');
  for (const base of resolve.paths(scope) ?? []) {
    const path = join(base, scope, folder, ...file);
    if (existsSync(path)) return path;
  }
  throw new Error(`${FONT_FILES[name]} is not installed`);
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
