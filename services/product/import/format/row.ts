import { strictRules } from '../../../../lib/contract/strict.ts';
import { isInheritedName } from '../../../../lib/contract/unsafe-names.ts';
import { Validator } from '../../../../lib/contract/validator.ts';
import { isWellFormed } from '../../../../lib/files/unicode.ts';
import { type Input, importInput } from '../import-input.ts';

/** One product of a file, or why it is refused; `line` counts from 1. */
export type ImportRow = { line: number; input: Input } | { line: number; wrong: string };

/** What one record says of a product, or why it is refused. */
export type CheckedRow = { input: Input } | { wrong: string };

/** A record of a file: a line of JSON, or a row of CSV. Several of them may be of one product. */
export interface FileRecord {
  line: number;
  /** Equal for the records of one product; undefined: nobody can tell which product it is of. */
  key: string | undefined;
  /** Of the variants that it says something of, as they are written. */
  skus: readonly string[];
  /** About how much memory it takes, in bytes. */
  size: number;
  check(): CheckedRow;
}

/** Of one line of a file, in bytes. */
export const LONGEST_LINE = 256 * 1024;
/** Enough to know what to mend. */
const LONGEST_REASON = 300;

/** A file of which the rest cannot be told apart into rows. */
export class BrokenFile extends Error {}

/** A row that cannot be taken, with a message for staff. */
export class RefusedRow extends Error {}

const check = new Validator({ considerNullAsAValue: true }).compile({ $$strict: true, ...strictRules(importInput) });

/** Before the slug, in the key of a record that has one. */
export const SLUG_KEY = 'slug ';

/** By its slug, or else by the SKU of its variant. */
export function rowKeyOf(slug: unknown, sku: unknown): string | undefined {
  if (typeof slug === 'string' && slug !== '') return SLUG_KEY + slug;
  return typeof sku === 'string' && sku !== '' ? `sku ${sku}` : undefined;
}

/** Holds a record against what staff may say of a product. */
export function checked(value: unknown): CheckedRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { wrong: 'A row is a JSON object.' };
  // Copied, `__proto__` would be a prototype: the check of the action would refuse all rows that come with it, for ever.
  const inherited = inheritedNameIn(value);
  if (inherited !== undefined) return { wrong: `${inherited} is not known here.` };
  const found = check(value as Record<string, unknown>);
  if (found !== true) {
    const reasons = (found as { field?: string; message?: string; actual?: unknown; type: string }[]).map(
      ({ field = '', message = '', actual, type }) =>
        type === 'objectStrict'
          ? `${field && `${field}: `}${String(actual)} is not known here.`
          : `${field}: ${message}`,
    );
    return { wrong: shortened(reasons.join(' ')) };
  }
  if (!isWellFormed(value)) return { wrong: 'This is not well-formed Unicode: it has half of a surrogate pair.' };
  // The check has seen to it that this is one: it has no other fields, and none of another type.
  const input = value as Input;
  const { slug, variants, ...product } = input;
  if (slug !== undefined) return { input };
  if (variants?.length !== 1) return { wrong: 'A row has the slug of a product, or the sku of one variant.' };
  const [field] = Object.keys(product);
  return field === undefined
    ? { input }
    : { wrong: `${field} is of a product, which is known by its slug: a row with a sku alone is about a variant.` };
}

/** Not by recursion: a line may be nested as deep as it is long. */
function inheritedNameIn(value: object): string | undefined {
  const rest: unknown[] = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, inner] of Object.entries(next)) {
      if (isInheritedName(name)) return name;
      if (typeof inner === 'object' && inner !== null) rest.push(inner);
    }
  }
  return undefined;
}

export const shortened = (reason: string): string =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;
