/**
 * Characters that common line readers take for the end of a line (https://www.unicode.org/reports/tr18/#Line_Boundaries,
 * NeDB's byline, Node's readline, Python's splitlines) and that JSON leaves as they are: NEL, LS and PS.
 */
const UNESCAPED_LINE_BREAKS = /[\u0085\u2028\u2029]/g;

/** Every character that such a reader takes for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: some of them are control characters
export const LINE_BREAK = /[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/;

export const hasUnescapedLineBreak = (json: string): boolean => json.search(UNESCAPED_LINE_BREAKS) >= 0;

/** Makes a JSON text one line for every line reader. JSON.parse gives the same value back. */
export const escapeLineBreaks = (json: string): string =>
  json.replace(UNESCAPED_LINE_BREAKS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Whether all texts and names in a JSON value are well-formed Unicode. Half of a surrogate pair has no form in UTF-8:
 * a database or a file would keep another character than was sent.
 */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => name.isWellFormed() && isWellFormed(inner));
}
