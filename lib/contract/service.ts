import type { ActionSchema, ServiceSchema } from 'moleculer';
import { allows } from '../auth/access.ts';
import type { ActionContract, Contract, Ctx, Events, Meta, ParamsOf, ResultOf } from './contract.ts';
import { protocolErrors } from './errors.ts';
import type { AddedBy, Mixins, NeedsMet, Self } from './mixin.ts';
import { type ActionHandler, wrapped } from './staff-actions.ts';
import { resultCheck, strict } from './strict.ts';
import { timeoutOf } from './upload-time.ts';

/** An action without `returns` may end without a word. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler's return type
type Answer<R> = [R] extends [undefined] ? undefined | void | Promise<undefined | void> : R | Promise<R>;

/** The handlers of a contract's actions `A`, on a service that is `S`. */
export type Handlers<A, S> = {
  [K in keyof A]: (this: S, ctx: Ctx<ParamsOf<A[K]>>) => Answer<ResultOf<A[K]>>;
};

interface Definition<C extends Contract, M extends Mixins, This = Self<AddedBy<M>>> {
  /** Not of more than one type, so that the compiler knows what they add. */
  mixins?: M & NeedsMet<M>;
  /** Services that must be there before this one starts. */
  dependencies?: string[];
  handlers: Handlers<C['actions'], This>;
  events?: { [K in keyof Events]?: (this: This, ctx: Ctx<Events[K]>) => void | Promise<void> };
  created?(this: This): void;
  started?(this: This): Promise<void>;
  stopped?(this: This): Promise<void>;
}

interface Options {
  /** Check results against `returns` too. */
  checkResults: boolean;
}

/**
 * A Moleculer service from its contract: each action gets its strict check, its access rule and its retry policy.
 * What its mixins add is in the `this` of its handlers.
 */
export function service<C extends Contract, const M extends Mixins = readonly []>(
  contract: C,
  options: Options,
  definition: Definition<C, M>,
): ServiceSchema {
  const { handlers, events = {}, ...rest } = definition;
  const actions: Record<string, ActionSchema> = {};
  for (const [name, action] of Object.entries(contract.actions)) {
    const handler = handlers[name] as ActionHandler | undefined;
    if (typeof handler !== 'function') throw new Error(`${contract.name}.${name} has no handler`);
    actions[name] = actionSchema(`${contract.name}.${name}`, action, handler, options);
  }
  // moleculer's own types know neither our `this` nor our typed `ctx`; this is the one place where they meet.
  return { ...rest, name: contract.name, actions, events } as unknown as ServiceSchema;
}

function actionSchema(
  name: string,
  action: ActionContract,
  handler: ActionHandler,
  { checkResults }: Options,
): ActionSchema {
  // What is no JSON, a document or a stream, cannot be checked as such.
  const checked = checkResults && action.returns !== 'any' ? resultCheck(name, action) : undefined;
  const timeout = timeoutOf(action);
  const run = action.auth === 'staff' ? wrapped(name, handler) : handler;
  return {
    visibility: action.visibility,
    params: { $$strict: true, ...strict(action.params) },
    ...(timeout === undefined ? {} : { timeout }),
    ...(action.concurrency === undefined
      ? {}
      : { bulkhead: { enabled: true, concurrency: action.concurrency, maxQueueSize: 10_000 } }),
    // Only what is safe to run twice is run again: after a lost connection nobody knows whether it ran.
    retryPolicy: { enabled: action.idempotent && !action.upload }, // a stream is read once
    ...(action.shardKey === undefined ? {} : { strategy: 'Shard', strategyOptions: { shardKey: action.shardKey } }),
    ...(action.circuitBreaker === false ? { circuitBreaker: { enabled: false } } : {}),
    async handler(this: unknown, ctx: Ctx<unknown>) {
      admit(action, ctx);
      const result = await run.call(this, ctx);
      checked?.(result);
      return result;
    },
  } as ActionSchema;
}

/** The gateway has checked this already; a service does not rely on who calls it. */
export function admit(action: ActionContract, ctx: { meta: Meta }): void {
  switch (action.auth) {
    case 'public':
    case 'internal': // kept from the outside by having no route and not being published
      return;
    case 'customer':
      if (!ctx.meta.user) throw protocolErrors.unauthenticated();
      return;
    case 'staff':
      if (!ctx.meta.user) throw protocolErrors.unauthenticated();
      // To whoever may not do it, what staff does is not there.
      if (!allows(ctx.meta.user.role, action.scope)) throw protocolErrors.notFound();
      return;
    default:
      throw new Error(`unknown access rule ${action.auth satisfies never}`);
  }
}

/** The logged-in customer's id. For actions with `auth: 'customer'`, where `admit` has made sure that there is one. */
export const customerOf = (ctx: Ctx<unknown>): string => callerOf(ctx);

/** The id of the member of staff who calls. For actions with `auth: 'staff'`. */
export const staffOf = (ctx: Ctx<unknown>): string => callerOf(ctx);

function callerOf({ meta }: Ctx<unknown>): string {
  if (!meta.user) throw protocolErrors.unauthenticated();
  return meta.user.id;
}
