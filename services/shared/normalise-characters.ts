/** The code points of the digit 0 in scripts of addresses; the other nine digits follow it. */
const ZERO_CODE_POINTS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x17e0,
];

function toAsciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = ZERO_CODE_POINTS.find((one) => code >= one && code <= one + 9);
  return zero === undefined ? digit : String(code - zero);
}

/** All kinds of dashes, with the katakana long vowel, which Japanese keyboards type in their place. */
const DASHES = /[\p{Pd}\u2212\u30fc]/gu;

/**
 * Normalises a typed number, of any script, to half-width characters, ASCII digits and hyphens; invisible characters
 * go.
 */
export const normaliseCharacters = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Nd}/gu, toAsciiDigit)
    .replaceAll(DASHES, '-')
    .replaceAll(/\p{Cf}/gu, '')
    .trim();
