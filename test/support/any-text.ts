import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };
const codePoint = fc
  .nat({ max: 0x10ffff - SURROGATES.count })
  .map((n) => (n < SURROGATES.first ? n : n + SURROGATES.count));

/**
 * Texts of all of Unicode, and those that do harm as names. `fc.string({ unit: 'binary' })` gives the same, and first makes
 * a map of a million code points, which costs each test file half a second.
 */
export function anyText({ minLength = 0, maxLength = 60 } = {}): fc.Arbitrary<string> {
  const unicode = fc.array(codePoint, { minLength, maxLength }).map((points) => String.fromCodePoint(...points));
  return fc.oneof({ weight: 3, arbitrary: unicode }, { weight: 1, arbitrary: fc.string({ minLength, maxLength }) });
}
