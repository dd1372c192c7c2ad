import type { ActionSchema, ServiceSchema } from 'moleculer';
import { hasScope } from '../auth/access.ts';
import type { ActionContract, Contract, Ctx, Events, Meta, ParamsOf, ResultOf } from './contract.ts';
import { protocolErrors } from './errors.ts';
import type { AddedBy, Mixins, NeedsMet, Self } from './mixin.ts';
import { type ActionHandler, applyStaffWrap } from './staff-actions.ts';
import { resultCheck, strictRules } from './strict.ts';
import { actionTimeoutMs } from './upload-time.ts';

/** The result of a handler; an action without `returns` may return nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler's return type
type Answer<R> = [R] extends [undefined] ? undefined | void | Promise<undefined | void> : R | Promise<R>;

/** The handlers of a contract's actions `A`, on a service that is `S`. */
export type Handlers<A, S> = {
  [K in keyof A]: (this: S, ctx: Ctx<ParamsOf<A[K]>>) => Answer<ResultOf<A[K]>>;
};

interface Definition<C extends Contract, M extends Mixins, This = Self<AddedBy<M>>> {
  /** A tuple, so that the compiler knows the fields that each of them adds. */
  mixins?: M & NeedsMet<M>;
  /** Names of services that this one waits for before it starts. */
  dependencies?: string[];
  handlers: Handlers<C['actions'], This>;
  events?: { [K in keyof Events]?: (this: This, ctx: Ctx<Events[K]>) => void | Promise<void> };
  created?(this: This): void;
  started?(this: This): Promise<void>;
  stopped?(this: This): Promise<void>;
}

interface Options {
  /** Whether results are checked against `returns`. */
  checkResults: boolean;
}

/**
 * A Moleculer service from its contract: each action has strict validation, an access check and a retry policy.
 * `this` of the handlers has the fields that the mixins add.
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
  // Moleculer's types have neither our `this` nor our `ctx`; this is the only place that converts between them.
  return { ...rest, name: contract.name, actions, events } as unknown as ServiceSchema;
}

function actionSchema(
  name: string,
  action: ActionContract,
  handler: ActionHandler,
  { checkResults }: Options,
): ActionSchema {
  // 'any' stands for results that are not JSON: documents and streams.
  const checked = checkResults && action.returns !== 'any' ? resultCheck(name, action) : undefined;
  const timeout = actionTimeoutMs(action);
  const run = action.auth === 'staff' ? applyStaffWrap(name, handler) : handler;
  return {
    visibility: action.visibility,
    params: { $$strict: true, ...strictRules(action.params) },
    ...(timeout === undefined ? {} : { timeout }),
    ...(action.concurrency === undefined
      ? {}
      : { bulkhead: { enabled: true, concurrency: action.concurrency, maxQueueSize: 10_000 } }),
    // After a lost connection it is unknown whether the action ran. A stream can be read only once.
    retryPolicy: { enabled: action.idempotent && !action.upload },
    ...(action.shardKey === undefined ? {} : { strategy: 'Shard', strategyOptions: { shardKey: action.shardKey } }),
    ...(action.circuitBreaker === false ? { circuitBreaker: { enabled: false } } : {}),
    async handler(this: unknown, ctx: Ctx<unknown>) {
      checkAccess(action, ctx);
      const result = await run.call(this, ctx);
      checked?.(result);
      return result;
    },
  } as ActionSchema;
}

/**
 * Checks that the caller may run an action. The gateway has done so already; a service does not rely on it.
 * @throws unauthenticated; not-found for staff without the scope, who must not learn that the action exists
 */
export function checkAccess(action: ActionContract, ctx: { meta: Meta }): void {
  switch (action.auth) {
    case 'public':
    case 'internal': // cannot be called from outside: it has no route and is not published
      return;
    case 'customer':
      if (!ctx.meta.user && !hasGuestToken(action, ctx.meta)) throw protocolErrors.unauthenticated();
      return;
    case 'staff':
      if (!ctx.meta.user) throw protocolErrors.unauthenticated();
      if (!hasScope(ctx.meta.user.role, action.scope)) throw protocolErrors.notFound();
      return;
    default:
      throw new Error(`unknown access rule ${action.auth satisfies never}`);
  }
}

/** Whether a guest sent the kind of token by which guests may call an action. */
const hasGuestToken = ({ guest }: ActionContract, { cartToken, orderToken }: Meta): boolean =>
  (guest === 'cart' && cartToken !== undefined) || (guest === 'order' && orderToken !== undefined);

/** The logged-in customer's id. For actions with `auth: 'customer'`, as `checkAccess` has checked that there is one. */
export const customerOf = (ctx: Ctx<unknown>): string => callerOf(ctx);

/** The id of the calling member of staff. For actions with `auth: 'staff'`. */
export const staffOf = (ctx: Ctx<unknown>): string => callerOf(ctx);

function callerOf({ meta }: Ctx<unknown>): string {
  if (!meta.user) throw protocolErrors.unauthenticated();
  return meta.user.id;
}
