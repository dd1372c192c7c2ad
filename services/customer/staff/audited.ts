import type { Middleware } from 'moleculer';
import { type ActionHandler, wrapStaffActions } from '../../../lib/contract/staff-actions.ts';
import { newId } from '../../shared/ids.ts';
import type { RecordedChange } from '../../shared/record-change.ts';

/** Personal or useless fields, not logged: what was done shows in the ids, in before and after. */
const UNLOGGED_FIELDS = new Set(['address', 'email', 'name', 'note', 'password', 'reason']);

/** The middleware that logs the broker's actions of staff. */
export const staffAudit = (): Middleware => wrapStaffActions(audited);

/**
 * Logs a call of an action of staff before it is done, so that nothing is done without an entry, and its outcome
 * afterwards. An entry that was never ended says that the outcome is not known.
 */
function audited(action: string, handler: ActionHandler): ActionHandler {
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
    const end = async (outcome: string) => {
      const { before = null, after = null } = ctx.locals as Partial<RecordedChange>;
      // What was done cannot be undone for want of a note about it.
      await ctx.call('audit-log.end', { id, outcome, before, after }).catch((error: unknown) => {
        (this as { logger: { error(...words: unknown[]): void } }).logger.error(`${id} could not be ended`, error);
      });
    };
    try {
      const result = await handler.call(this, ctx);
      await end('done');
      return result;
    } catch (error) {
      await end(`refused: ${(error as { type?: string }).type ?? 'internal-error'}`);
      throw error;
    }
  };
}
