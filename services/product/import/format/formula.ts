/** First characters that make a spreadsheet read a cell as a formula, also in full width. */
const FORMULA_START = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;
const ESCAPED_START = /^'(?=['=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/;

/**
 * Puts an apostrophe in front of a formula, so that no spreadsheet runs it
 * (https://owasp.org/www-community/attacks/CSV_Injection). Cells that look escaped are escaped too, so that
 * `unescapeFormula` restores every cell.
 */
export const escapeFormula = (cell: string): string =>
  FORMULA_START.test(cell) || ESCAPED_START.test(cell) ? `'${cell}` : cell;

export const unescapeFormula = (cell: string): string => cell.replace(ESCAPED_START, '');
