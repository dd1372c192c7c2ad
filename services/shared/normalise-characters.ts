/** The digits 0 of scripts that addresses are written in; the nine others follow each. */
const ZERO_CODE_POINTS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x17e0,
];

function toAsciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = ZERO_CODE_POINTS.find((one) => code >= one && code <= one + 9);
  return zero === undefined ? digit : String(code - zero);
}

/** Dashes of all kinds; the katakana long vowel is what a Japanese keyboard has in their place. */
const DASHES = /[\p{Pd}\u2212\u30fc]/gu;

/** A number as people write it in any script, in one width, with ASCII digits and one kind of dash, and nothing invisible. */
export const normaliseCharacters = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Nd}/gu, toAsciiDigit)
    .replaceAll(DASHES, '-')
    .replaceAll(/\p{Cf}/gu, '')
    .trim();
