/**
 * Characters that common line readers treat as line breaks (https://www.unicode.org/reports/tr18/#Line_Boundaries, NeDB's
 * byline, Node's readline, Python's splitlines) and that JSON does not escape: NEL, LS and PS.
 */
const UNESCAPED_LINE_BREAKS = /[\u0085\u2028\u2029]/g;

/** All characters that such a reader treats as a line break. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: some of them are control characters
export const LINE_BREAK = /[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/;

export const hasUnescapedLineBreak = (json: string): boolean => json.search(UNESCAPED_LINE_BREAKS) >= 0;

/** Escapes a JSON text so that every line reader sees one line; JSON.parse returns the same value. */
export const escapeLineBreaks = (json: string): string =>
  json.replace(UNESCAPED_LINE_BREAKS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Whether all strings and names in a JSON value are well-formed Unicode. A lone surrogate has no encoding in UTF-8: a
 * database or a file would store another character than the client sent.
 */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => name.isWellFormed() && isWellFormed(inner));
}
