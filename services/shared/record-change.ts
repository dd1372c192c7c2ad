import type { Ctx } from '../../lib/contract/contract.ts';

/**
 * A change by an action of staff, as the audit log stores it. Null: the thing did not exist before, or does not exist
 * after.
 */
export interface RecordedChange {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Records a change by an action of staff in the audit log. The caller leaves out personal data. */
export function recordChange(ctx: Pick<Ctx<unknown>, 'locals'>, before: object | null, after: object | null): void {
  // As it will be stored: JSON leaves out fields that are undefined.
  Object.assign(ctx.locals as object, JSON.parse(JSON.stringify({ before, after })));
}
