import type { Infer } from '../../../lib/infer.ts';
import { strict } from '../../../lib/service.ts';
import { isWellFormed } from '../../../lib/unicode.ts';
import { Validator } from '../../../lib/validator.ts';
import { productInput } from '../product-input.ts';

/** What staff says of one product. */
export type Input = Infer<typeof productInput>;

/** One product of a file, or why it is none; `line` counts from 1. */
export type Row = { line: number; input: Input } | { line: number; wrong: string };

/** Of one line of a file, in bytes. */
export const LONGEST_LINE = 256 * 1024;
/** Enough to know what to mend. */
const LONGEST_REASON = 300;

/** A file of which the rest cannot be told apart into rows. */
export class BrokenFile extends Error {}

const check = new Validator({ considerNullAsAValue: true }).compile({ $$strict: true, ...strict(productInput) });

/** Holds a row against what staff may say of a product. */
export function checkedRow(line: number, value: unknown): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, wrong: 'A row is a JSON object.' };
  }
  const found = check(value as Record<string, unknown>);
  if (found !== true) {
    const reasons = (found as { field?: string; message?: string; actual?: unknown; type: string }[]).map(
      ({ field = '', message = '', actual, type }) =>
        type === 'objectStrict'
          ? `${field && `${field}: `}${String(actual)} is not known here.`
          : `${field}: ${message}`,
    );
    return { line, wrong: shortened(reasons.join(' ')) };
  }
  if (!isWellFormed(value)) {
    return { line, wrong: 'This is not well-formed Unicode: it has half of a surrogate pair.' };
  }
  // The check has seen to it that this is one: it has no other fields, and none of another type.
  return { line, input: value as Input };
}

export const shortened = (reason: string): string =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;
