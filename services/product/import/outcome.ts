import type { FieldError } from '../../../lib/contract/errors.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/problem-codes.ts';
import { RefusedRow, shortenReason } from './format/row.ts';

/** The outcome of a row. `removed`: number of removed variants. */
export type RowOutcome =
  | { kind: 'created' | 'updated' | 'unchanged'; removed?: number }
  | { kind: 'refused'; detail: string };

/** The refusal of a row by a rule. @throws any other error, such as an outage of the database: not the row's fault */
export function outcomeOfError(error: unknown): RowOutcome {
  if (error instanceof RefusedRow) return { kind: 'refused', detail: shortenReason(error.message) };
  const { type, message = '', data } = error as { type?: unknown; message?: string; data?: { errors?: FieldError[] } };
  const isKnown = typeof type === 'string' && Object.hasOwn(PROBLEMS, type) && type !== 'unavailable';
  if (!isKnown) throw error;
  const fields = data?.errors?.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  const reasons = fields ?? [`${PROBLEMS[type as ProblemCode].title}.`, message];
  return { kind: 'refused', detail: shortenReason(reasons.join(' ')) };
}
