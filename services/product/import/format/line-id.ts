/** Ids of documents about a line of an import, sorted by import and line. */

export const lineId = (importId: string, line: number): string => `${importId}:${String(line).padStart(12, '0')}`;
/** A lower bound of the ids of later lines. */
export const afterLine = (importId: string, line: number): string => lineId(importId, line + 1);
/** An upper bound of all ids of an import. */
export const lineIdEnd = (importId: string): string => `${importId};`;
