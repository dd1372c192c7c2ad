import { strictRules } from '../../../../lib/contract/strict.ts';
import { isInheritedName } from '../../../../lib/contract/unsafe-names.ts';
import { Validator } from '../../../../lib/contract/validator.ts';
import { isWellFormed } from '../../../../lib/files/unicode.ts';
import { importInput, type RowInput } from '../import-input.ts';

/** One product of a file, or the reason why it is refused; `line` counts from 1. */
export type ImportRow = { line: number; input: RowInput } | { line: number; detail: string };

/** A valid record, or the reason why it is refused. */
export type CheckedRow = { input: RowInput } | { detail: string };

/** A record of a file: a line of JSON or a row of CSV. A product may have several. */
export interface FileRecord {
  line: number;
  /** The same for all records of a product; undefined when its product is unknown. */
  key: string | undefined;
  /** SKUs of its variants, not validated. */
  skus: readonly string[];
  /** Approximate memory in bytes. */
  size: number;
  check(): CheckedRow;
}

export const MAX_LINE_BYTES = 256 * 1024;
/** In characters. */
const MAX_REASON_LENGTH = 300;

/** A file whose remaining rows cannot be parsed. */
export class BrokenFile extends Error {}

/** A row that a rule refuses, with a message for staff. */
export class RefusedRow extends Error {}

const checkInput = new Validator({ considerNullAsAValue: true }).compile({
  $$strict: true,
  ...strictRules(importInput),
});

/** The start of a record's key that has a slug. */
export const SLUG_KEY = 'slug ';

/** The key of a record: its slug, or else the SKU of its variant. */
export function recordKeyOf(slug: unknown, sku: unknown): string | undefined {
  if (typeof slug === 'string' && slug !== '') return SLUG_KEY + slug;
  return typeof sku === 'string' && sku !== '' ? `sku ${sku}` : undefined;
}

/** Validates a record. */
export function checkRecord(value: unknown): CheckedRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { detail: 'A row must be a JSON object.' };
  // A copy would turn `__proto__` into a prototype, and the action would refuse the whole batch, in each attempt.
  const inherited = findInheritedName(value);
  if (inherited !== undefined) return { detail: `${inherited} is not known here.` };
  const found = checkInput(value as Record<string, unknown>);
  if (found !== true) {
    const reasons = (found as { field?: string; message?: string; actual?: unknown; type: string }[]).map(
      ({ field = '', message = '', actual, type }) =>
        type === 'objectStrict'
          ? `${field && `${field}: `}${String(actual)} is not known here.`
          : `${field}: ${message}`,
    );
    return { detail: shortenReason(reasons.join(' ')) };
  }
  if (!isWellFormed(value)) return { detail: 'This is not well-formed Unicode: it has half of a surrogate pair.' };
  // Safe after the strict check: no other fields, none of another type.
  const input = value as RowInput;
  const { slug, variants, ...product } = input;
  if (slug !== undefined) return { input };
  if (variants?.length !== 1) return { detail: 'A row needs the slug of a product, or the SKU of one variant.' };
  const [field] = Object.keys(product);
  return field === undefined
    ? { input }
    : { detail: `${field} belongs to a product, so the row needs its slug; a row with only a SKU changes a variant.` };
}

/** Iterative: a line may be nested as deep as it is long. */
function findInheritedName(value: object): string | undefined {
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

export const shortenReason = (reason: string): string =>
  reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH - 1)}…` : reason;
