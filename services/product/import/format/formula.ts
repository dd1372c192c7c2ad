/** What a spreadsheet would take a cell for a formula by, and the mark that keeps it from that. */
const ACTIVE = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;
const MARKED = /^'(?=['=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/;

/**
 * A cell that no spreadsheet runs (https://owasp.org/www-community/attacks/CSV_Injection). What looks marked already is
 * marked once more, so that `plain` gives back every cell as it was.
 */
export const formula = (cell: string): string => (ACTIVE.test(cell) || MARKED.test(cell) ? `'${cell}` : cell);

export const plain = (cell: string): string => cell.replace(MARKED, '');
