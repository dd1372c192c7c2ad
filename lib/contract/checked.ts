import type { InferRule } from './infer.ts';

/** `id` and `sku` of `GET /v1/things/:id/of/:sku`. */
type PathParams<Route> = Route extends `${string}:${infer Param}/${infer Rest}`
  ? Param | PathParams<`/${Rest}`>
  : Route extends `${string}:${infer Param}`
    ? Param
    : never;

/** `id` of `/v1/things/{id}`. */
type Placeholders<Text> = Text extends `${string}{${infer Field}}${infer Rest}` ? Field | Placeholders<Rest> : never;

/** `unknown` when all of `Names` are `Known`; else a text that names those that are not. */
type AllOf<Names, Known, What extends string> = [Exclude<Names, Known>] extends [never]
  ? unknown
  : `no ${What} ${Exclude<Names, Known> & string}`;

type Field<X, K extends string> = X extends { [P in K]: infer V } ? V : never;
type ResultField<X> = X extends { returns: infer R } ? keyof InferRule<R> & string : never;

/** The access rule that needs a scope. */
type ByScope = 'staff';

/**
 * The constraint on an action's contract that each parameter, field and header which it names exists.
 * @template Fields names of the fields that a contract may have
 * @template MetaPath paths in the meta, such as `user.id`
 */
export type Checked<X, Fields, MetaPath extends string> = {
  rest?: AllOf<PathParams<Field<X, 'rest'>>, ParamName<X>, 'parameter'>;
  headers?: { [P in keyof Field<X, 'headers'>]: AllOf<P, ParamName<X>, 'parameter'> & Header<Field<X, 'headers'>[P]> };
  rawBody?: AllOf<Field<X, 'rawBody'>, ParamName<X>, 'parameter'>;
  shardKey?: AllOf<Field<X, 'shardKey'>, ParamName<X> | `#${MetaPath}`, 'parameter'>;
  location?: AllOf<Placeholders<Field<X, 'location'>>, ResultField<X>, 'field of the result'>;
} & { [P in Exclude<keyof X, Fields>]: never } & ([Field<X, 'auth'>] extends [ByScope] ? { scope: unknown } : unknown);

/** Words and hyphens: proxies drop other names. */
type Header<Name> = Name extends `${string}${' ' | ':' | '_' | '.' | '/'}${string}` ? 'no name of a header' : unknown;

type ParamName<X> = keyof Field<X, 'params'>;

/** The paths to ids in an event: `id` and `levels.productId` of an event with an id and a list of levels. */
type IdPaths<Event> = {
  [P in keyof Event & string]: NonNullable<Event[P]> extends readonly (infer Item)[]
    ? Item extends object
      ? `${P}.${keyof Item & string}`
      : P
    : P;
}[keyof Event & string];

/** The constraint on `nearCache.dropOn`: each event is one of `Events`, and each path leads to an id in that event. */
export type CheckedDropOn<Contract, Events> = Contract extends { actions: infer Actions }
  ? { actions: { [A in keyof Actions]: ActionDropOn<Field<Field<Actions[A], 'nearCache'>, 'dropOn'>, Events> } }
  : unknown;

type ActionDropOn<DropOn, Events> = [DropOn] extends [never]
  ? unknown
  : {
      nearCache: {
        dropOn: { [E in keyof DropOn]: E extends keyof Events ? '*' | IdPaths<Events[E]> : 'no such event' };
      };
    };
