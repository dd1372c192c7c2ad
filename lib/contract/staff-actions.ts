import type { Middleware } from 'moleculer';
import type { Ctx } from './contract.ts';

export type ActionHandler = (this: unknown, ctx: Ctx<unknown>) => unknown;

/** Given the full name of an action of staff and its handler, makes the handler that runs instead. */
type Wrap = (action: string, handler: ActionHandler) => ActionHandler;

/** By broker. */
const wraps = new WeakMap<object, Wrap>();

/**
 * The middleware that has a broker's actions of staff wrapped: after their caller was admitted, and before anything is
 * done. A broker without it runs none of them, so a list of middlewares that lacks it shows at the first call.
 */
export function wrapStaffActions(wrap: Wrap): Middleware {
  return {
    name: 'WrapStaffActions',
    created(broker) {
      wraps.set(broker, wrap);
    },
  };
}

/** An action of staff as the broker that it runs on wraps it. The handler throws {Error} on one without the middleware. */
export function wrapped(action: string, handler: ActionHandler): ActionHandler {
  const handlers = new WeakMap<object, ActionHandler>();
  return function (ctx) {
    const { broker } = ctx;
    const wrap = wraps.get(broker);
    if (!wrap) throw new Error(`${action} is an action of staff, and its broker does not audit those`);
    const run = handlers.get(broker) ?? wrap(action, handler);
    handlers.set(broker, run);
    return run.call(this, ctx);
  };
}
