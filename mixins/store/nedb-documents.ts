import { isDate } from 'node:util/types';
import { escapeLineBreaks } from '../../lib/files/unicode.ts';
import { type Versioned, valueAt } from './patch.ts';

/** A document in NeDB, with its hidden fields. */
export type Stored = Versioned & Record<string, unknown>;

/** The line of a document in the data file. */
export function lineOf(doc: object): string {
  const text = JSON.stringify(doc, function (this: Record<string, unknown>, name, value) {
    const own = this[name];
    return isDate(own) ? { $$date: own.getTime() } : value;
  });
  return escapeLineBreaks(text);
}

/** A copy of a document with these fields only. */
export const pickFields = (doc: Stored, fields: readonly string[]) =>
  Object.fromEntries(fields.flatMap((field) => (field in doc ? [[field, doc[field]]] : []))) as Stored;

/** The name of the hidden field that combines the values of several fields, for a unique index over them. */
export const hiddenFieldName = (names: readonly string[]): string => `~${names.join('+').replaceAll('.', '/')}`;

/** The hidden fields of a document. */
export const hiddenFieldsOf = (doc: object, compound: readonly string[][]): Record<string, string> =>
  Object.fromEntries(
    compound.map((names) => [hiddenFieldName(names), JSON.stringify(names.map((path) => valueAt(doc, path)))]),
  );

/** Excludes null from a range of dates: NeDB compares it like the date 0, while MongoDB never matches it. */
export const excludeNulls = ([field, wanted]: [string, unknown]): [string, unknown] => [
  field,
  isRange(wanted) ? { ...wanted, $ne: null } : wanted,
];
const isRange = (wanted: unknown): wanted is object =>
  typeof wanted === 'object' &&
  wanted !== null &&
  ['$gt', '$gte', '$lt', '$lte'].some((operator) => operator in wanted);
