import type { FieldError } from '../../../lib/contract/errors.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/problem-codes.ts';
import { RefusedRow, shortened } from './format/row.ts';

/** What came of a row; `removed`: how many variants went, as they were not in it. */
export type RowOutcome =
  | { kind: 'created' | 'updated' | 'unchanged'; removed?: number }
  | { kind: 'refused'; detail: string };

/** What a rule says no to is the row's fault; anything else, such as a database out of reach, is not. @throws that */
export function refusal(error: unknown): RowOutcome {
  if (error instanceof RefusedRow) return { kind: 'refused', detail: shortened(error.message) };
  const { type, message = '', data } = error as { type?: unknown; message?: string; data?: { errors?: FieldError[] } };
  const isKnown = typeof type === 'string' && Object.hasOwn(PROBLEMS, type) && type !== 'unavailable';
  if (!isKnown) throw error;
  const fields = data?.errors?.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  const said = fields ?? [`${PROBLEMS[type as ProblemCode].title}.`, message];
  return { kind: 'refused', detail: shortened(said.join(' ')) };
}
