/**
 * Replaces what stands between two marks of a page, `<!-- name: printed by command -->` and `<!-- /name -->`.
 * @throws when a mark is missing
 */
export function insertBlock(page: string, { name, command }: { name: string; command: string }, text: string): string {
  const [beginMark, endMark] = [`<!-- ${name}: printed by ${command} -->`, `<!-- /${name} -->`];
  const [begin, end] = [page.indexOf(beginMark), page.indexOf(endMark)];
  if (begin < 0 || end < begin) throw new Error(`the page needs ${beginMark} and, after it, ${endMark}`);
  return `${page.slice(0, begin)}${beginMark}\n\n${text}\n\n${page.slice(end)}`;
}

export const tableRow = (...cells: string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export const tableHead = (...cells: string[]): string => `${tableRow(...cells)}\n|${'---|'.repeat(cells.length)}`;
