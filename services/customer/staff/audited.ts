import type { Ctx } from '../../../lib/contract/contract.ts';
import { newId } from '../../shared/ids.ts';

type Handler = (this: unknown, ctx: Ctx<unknown>) => unknown;

/** What is of persons, or of no use later: what was done shows in the ids and in before and after. */
const LEFT_OUT = new Set(['address', 'email', 'name', 'note', 'password', 'reason']);

/**
 * Has every call of an action of staff written down: before it is done, so that nothing is done without an entry, and
 * again with what came of it. An entry that was never ended tells that this is not known.
 */
export function audited(action: string, handler: Handler): Handler {
  return async function (this: unknown, ctx) {
    const { user, address = '' } = ctx.meta;
    const id = newId('aud');
    const params = Object.fromEntries(
      Object.entries(ctx.params as object).filter(([name, value]) => !LEFT_OUT.has(name) && value !== undefined),
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
      const { before = null, after = null } = ctx.locals as Partial<
        Record<'before' | 'after', Record<string, unknown> | null>
      >;
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

/** Tells the audit log what an action of staff has changed, without what is personal. */
export function changed(ctx: Pick<Ctx<unknown>, 'locals'>, before: object | null, after: object | null): void {
  // As it is stored: without what is undefined.
  Object.assign(ctx.locals as object, JSON.parse(JSON.stringify({ before, after })));
}
