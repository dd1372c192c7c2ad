import { isDate } from 'node:util/types';
import { escapeLineBreaks } from '../../lib/files/unicode.ts';
import type { Index } from './engine.ts';
import { valueAt } from './patch.ts';

/** The line of a document in the data file. */
export function lineOf(doc: object): string {
  const text = JSON.stringify(doc, function (this: Record<string, unknown>, name, value) {
    const own = this[name];
    return isDate(own) ? { $$date: own.getTime() } : value;
  });
  return escapeLineBreaks(text);
}

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

/** The top-level fields of documents that queries search for by these indexes. */
export const searchedFields = (indexes: readonly Index[]): string[] => [
  ...new Set(
    indexes.flatMap(({ fields, unique }) => {
      const names = Object.keys(fields);
      const hidden = unique && names.length > 1 ? [hiddenFieldName(names)] : [];
      return [...names.filter((name) => !name.includes('.')), ...hidden];
    }),
  ),
];
