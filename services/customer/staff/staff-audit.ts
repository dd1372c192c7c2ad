import type { Middleware } from 'moleculer';
import { type ActionHandler, wrapStaffActions } from '../../../lib/contract/staff-actions.ts';
import { newId } from '../../shared/ids.ts';
import type { RecordedChange } from '../../shared/record-change.ts';

/** Personal or useless fields, not logged: ids, `before` and `after` show what was done. */
const UNLOGGED_FIELDS = new Set(['address', 'email', 'name', 'note', 'password', 'reason']);

/** The middleware that writes the audit log of a broker's staff actions. */
export const staffAuditMiddleware = (): Middleware => wrapStaffActions(withAuditEntry);

/**
 * Wraps the handler of a staff action: it logs the call before the action, so that no action runs without an entry, and
 * the outcome afterwards. An entry without an outcome means that the outcome is not known.
 */
function withAuditEntry(action: string, handler: ActionHandler): ActionHandler {
  return async function (this: unknown, ctx) {
    const { user, address = '' } = ctx.meta;
    const id = newId('aud');
    const params = Object.fromEntries(
      Object.entries(ctx.params as object).filter(([name, value]) => !UNLOGGED_FIELDS.has(name) && value !== undefined),
    );
    await ctx.call('audit-log.begin', {
      id,
      action,
      params,
      address,
      staffId: user?.id ?? '',
      role: user?.role ?? 'customer',
      requestId: ctx.requestID ?? '',
    });
    const endEntry = async (outcome: string) => {
      const { before = null, after = null } = ctx.locals as Partial<RecordedChange>;
      // The action is done: a missing outcome in the log must not make it fail.
      await ctx.call('audit-log.end', { id, outcome, before, after }).catch((error: unknown) => {
        (this as { logger: { error(...words: unknown[]): void } }).logger.error(
          `the outcome of audit log entry ${id} could not be logged`,
          error,
        );
      });
    };
    try {
      const result = await handler.call(this, ctx);
      await endEntry('done');
      return result;
    } catch (error) {
      await endEntry(`refused: ${(error as { type?: string }).type ?? 'internal-error'}`);
      throw error;
    }
  };
}
