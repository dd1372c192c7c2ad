/** Ids of what is kept of a line of an import: those of one import stand together, by line. */

export const lineId = (importId: string, line: number): string => `${importId}:${String(line).padStart(12, '0')}`;
/** Not after any id of a later line. */
export const afterLine = (importId: string, line: number): string => lineId(importId, line + 1);
/** After all ids of an import. */
export const lineIdEnd = (importId: string): string => `${importId};`;
