import type { Middleware } from 'moleculer';
import type { Ctx } from './contract.ts';

export type ActionHandler = (this: unknown, ctx: Ctx<unknown>) => unknown;

/** Returns the handler that runs instead of a staff action's own handler. `action` is its full name. */
type Wrap = (action: string, handler: ActionHandler) => ActionHandler;

/** The wrap of each broker. */
const wrapsByBroker = new WeakMap<object, Wrap>();

/**
 * The middleware that wraps the staff actions of a broker, for the audit log. The wrap runs after the access check and
 * before the handler. A broker without this middleware refuses to run staff actions, so that a missing one is noticed.
 */
export function wrapStaffActions(wrap: Wrap): Middleware {
  return {
    name: 'WrapStaffActions',
    created(broker) {
      wrapsByBroker.set(broker, wrap);
    },
  };
}

/** A staff action's handler, wrapped as its broker says. It throws {Error} on a broker without `wrapStaffActions`. */
export function applyStaffWrap(action: string, handler: ActionHandler): ActionHandler {
  const handlers = new WeakMap<object, ActionHandler>();
  return function (ctx) {
    const { broker } = ctx;
    const wrap = wrapsByBroker.get(broker);
    if (!wrap) throw new Error(`${action} is a staff action, but this broker does not audit staff actions`);
    const run = handlers.get(broker) ?? wrap(action, handler);
    handlers.set(broker, run);
    return run.call(this, ctx);
  };
}
