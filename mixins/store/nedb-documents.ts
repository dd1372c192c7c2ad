import { isDate } from 'node:util/types';
import { escapeLineBreaks } from '../../lib/files/unicode.ts';
import type { Versioned } from './patch.ts';

/** A document as NeDB has it. */
export type Stored = Versioned & Record<string, unknown>;

/** A line of the data file. */
export function lineOf(doc: object): string {
  const text = JSON.stringify(doc, function (this: Record<string, unknown>, name, value) {
    const own = this[name];
    return isDate(own) ? { $$date: own.getTime() } : value;
  });
  return escapeLineBreaks(text);
}

/** A document with these fields alone. */
export const picked = (doc: Stored, fields: readonly string[]) =>
  Object.fromEntries(fields.flatMap((field) => (field in doc ? [[field, doc[field]]] : []))) as Stored;

/** The hidden field that has the values of several as one. */
export const hidden = (names: readonly string[]): string => `~${names.join('+').replaceAll('.', '/')}`;

/** The hidden fields of a document. */
export const keysOf = (doc: object, compound: readonly string[][]): Record<string, string> =>
  Object.fromEntries(compound.map((names) => [hidden(names), JSON.stringify(names.map((path) => at(doc, path)))]));

const at = (doc: unknown, path: string): unknown =>
  path.split('.').reduce((part, name) => (part as Record<string, unknown> | undefined)?.[name], doc);

/** NeDB takes a null for a date of 1970 in comparisons; MongoDB does not compare the two. */
export const comparable = ([field, wanted]: [string, unknown]): [string, unknown] => [
  field,
  isRange(wanted) ? { ...wanted, $ne: null } : wanted,
];
const isRange = (wanted: unknown): wanted is object =>
  typeof wanted === 'object' &&
  wanted !== null &&
  ['$gt', '$gte', '$lt', '$lte'].some((operator) => operator in wanted);
