import type { CallingOptions, Middleware } from 'moleculer';
import type { Contract } from './contract.ts';
import { timeoutOf } from './upload-time.ts';

type Options = CallingOptions & { ctx?: unknown };
/** What moleculer-web calls instead of a name: a node's action, which it has chosen itself. */
interface Endpoint {
  action: { name: string };
}
type Call = (name: string | Endpoint, params: unknown, options?: Options) => Promise<unknown>;

/**
 * Honours an action's own timeout on nested calls too: Moleculer passes on what is left of the parent's instead, so a
 * read that should be retried after a second would wait for as long as the whole request may take.
 * @param standard of actions that have none of their own, in ms
 */
export function actionTimeout(contracts: readonly Contract[], standard: number): Middleware {
  const timeouts = new Map<unknown, number>();
  for (const { name, actions } of contracts) {
    for (const [key, action] of Object.entries(actions)) {
      const timeout = timeoutOf(action);
      if (timeout !== undefined) timeouts.set(`${name}.${key}`, timeout);
    }
  }
  const wrap =
    (next: Call): Call =>
    (name, params, options = {}) => {
      // A retry comes with its context, which knows its timeout.
      const own = options.ctx ? undefined : (timeouts.get(nameOf(name)) ?? standard);
      const shorter = own !== undefined && !((options.timeout ?? own) < own);
      return next(name, params, shorter ? { ...options, timeout: own } : options);
    };
  // Moleculer's types give this hook the result of a call where it wants the wrapped function.
  return { name: 'ActionTimeout', call: wrap as (next: unknown) => never };
}

const nameOf = (called: string | Endpoint): string => (typeof called === 'string' ? called : called.action.name);
