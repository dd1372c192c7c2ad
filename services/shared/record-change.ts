import type { Ctx } from '../../lib/contract/contract.ts';

/** What an action of staff changed, as the audit log has it; null where there was or is nothing. */
export interface RecordedChange {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Tells the audit log what an action of staff has changed. The caller leaves out what is personal. */
export function recordChange(ctx: Pick<Ctx<unknown>, 'locals'>, before: object | null, after: object | null): void {
  // As it is stored: without what is undefined.
  Object.assign(ctx.locals as object, JSON.parse(JSON.stringify({ before, after })));
}
