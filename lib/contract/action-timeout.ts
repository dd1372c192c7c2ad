import type { CallingOptions, Middleware } from 'moleculer';
import type { Contract } from './contract.ts';
import { actionTimeoutMs } from './upload-time.ts';

type Options = CallingOptions & { ctx?: unknown };
/** moleculer-web calls an action of a node that it has chosen itself, instead of a name. */
interface Endpoint {
  action: { name: string };
}
type Call = (name: string | Endpoint, params: unknown, options?: Options) => Promise<unknown>;

/**
 * Applies an action's own timeout to nested calls too. Moleculer would pass on the parent's remaining time instead, and a
 * read that should be retried after a second would wait for as long as the whole request may take.
 * @param defaultMs timeout of actions without one of their own
 */
export function actionTimeout(contracts: readonly Contract[], defaultMs: number): Middleware {
  const timeouts = new Map<unknown, number>();
  for (const { name, actions } of contracts) {
    for (const [key, action] of Object.entries(actions)) {
      const timeout = actionTimeoutMs(action);
      if (timeout !== undefined) timeouts.set(`${name}.${key}`, timeout);
    }
  }
  const wrap =
    (next: Call): Call =>
    (name, params, options = {}) => {
      // A retry is called with its context, which has its timeout.
      const own = options.ctx ? undefined : (timeouts.get(nameOf(name)) ?? defaultMs);
      const shorter = own !== undefined && !((options.timeout ?? own) < own);
      return next(name, params, shorter ? { ...options, timeout: own } : options);
    };
  // Moleculer's types are wrong here: the hook returns the wrapped function, not the result of a call.
  return { name: 'ActionTimeout', call: wrap as (next: unknown) => never };
}

const nameOf = (called: string | Endpoint): string => (typeof called === 'string' ? called : called.action.name);
