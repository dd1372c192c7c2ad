import type { Readable } from 'node:stream';
import type { CallingOptions, Context, ServiceBroker } from 'moleculer';
import type { Scope } from '../auth/access.ts';
import type { Identity } from '../auth/tokens.ts';
import type { Checked, CheckedDropOn } from './checked.ts';
import type { Infer, InferRule } from './infer.ts';

/** A fastest-validator schema: field name to rule. Made strict, at every depth, by `service`. */
export type Schema = Readonly<Record<string, unknown>>;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Allowed callers: `public` everyone, `customer` logged-in customers, `staff`, `internal` other services only. */
type Auth = 'public' | 'customer' | 'staff' | 'internal';

/** An accepted upload: media types, maximum size in bytes, and maximum duration, by default 15 minutes. */
export interface UploadRule {
  types: readonly string[];
  limit: number;
  maxSeconds?: number;
}

/** The only declaration of an action: its validation, types, route and documentation are derived from it. */
export interface ActionContract {
  summary: string;
  /** `published`: the gateway may call it; `public`: any node of the cluster. */
  visibility: 'published' | 'public';
  auth: Auth;
  /** The scope that the caller needs; required with `auth: 'staff'`. */
  scope?: Scope;
  /** Whether running it again with the same parameters changes nothing: the broker then retries it after a lost connection. */
  idempotent: boolean;
  /** The gateway's route, such as `GET /v1/orders/:id`. */
  rest?: `${Method} /${string}`;
  /** A DELETE whose parameters come in its body, as URLs are kept in logs and browser histories. */
  takesBody?: true;
  /** The body is a stream, which the handler finds as `ctx.stream`; parameters come from path, headers and query. */
  upload?: UploadRule;
  /** The rate limit; `login` is for actions by which passwords can be guessed. By default it follows from the method. */
  rateClass?: 'login' | 'mutations' | 'reads' | 'unlimited';
  /** Status of success, by default 200. */
  status?: 201 | 202 | 204;
  /** Location of the created resource, with `{field}` from the result: `/v1/orders/{id}`. */
  location?: string;
  /** Parameters that come from a request header: parameter name to header name. */
  headers?: Readonly<Record<string, string>>;
  /** The parameter that receives the body as it was sent, of any media type; needed to verify signatures. */
  rawBody?: string;
  /** The action is public, but its answer depends on the caller: shared caches must not store it. */
  personal?: true;
  /** Guests may send the token of their cart, in a header or a cookie; other actions do not see it in the meta. */
  cartToken?: true;
  /**
   * With `auth: 'customer'`: guests may call it too, by the token of their cart, or by the order token of the order that the
   * parameter `id` names. The handler decides whether a token fits.
   */
  guest?: 'cart' | 'order';
  params: Schema;
  /** Rule of the result; an action without it returns nothing. */
  returns?: unknown;
  /** Media types of an answer that is no JSON, where `returns` is 'any'. */
  produces?: readonly string[];
  /** Other statuses of success than `status`. */
  mayAnswer?: readonly number[];
  /** The coded errors that a caller should expect. */
  problems?: readonly (keyof KnownProblems & string)[];
  /** In milliseconds, by default the broker's requestTimeout. */
  timeout?: number;
  /** Concurrent runs on a node; further calls are queued. By default that of the broker's bulkhead. */
  concurrency?: number;
  /** Calls with equal values of this parameter, or `#field` of the meta, go to the same node while the set of nodes is stable. */
  shardKey?: string;
  /** Off for actions that are called at a given node, as no other can answer; always off with a `shardKey`. */
  circuitBreaker?: false;
  /**
   * Each gateway caches the answer for `ttl` ms and adds an ETag. Only for a GET whose answer is the same for everyone: the
   * action is not told who calls.
   * `dropOn`: the events that invalidate answers, each with the path in the event to the `id` of the outdated results
   * (`levels.productId` stands for that of each level), or `*` to invalidate all.
   */
  nearCache?: { ttl: number; dropOn: Readonly<Record<string, string>> };
}

export interface EventContract {
  summary: string;
  params: Schema;
}

export interface Contract<Name extends string = string> {
  name: Name;
  actions: Readonly<Record<string, ActionContract>>;
  events: Readonly<Record<string, EventContract>>;
}

/**
 * Declares a service's actions and events, and keeps their literal types. Names that do not match, such as a path with
 * a parameter that the action does not have, do not compile.
 */
export function contract<
  const Name extends string,
  const A extends Record<string, ActionContract>,
  const E extends Record<string, EventContract>,
>(
  name: Name,
  actions: A & { [K in keyof A]: Checked<A[K], keyof ActionContract, MetaPath> },
  events: E,
): { name: Name; actions: A; events: E } {
  return { name, actions, events };
}

/** The contracts of an application, for its one entry in `Registered`. Checks that the events in `dropOn` exist. */
export const register = <const L extends readonly Contract[]>(
  contracts: L & { [I in keyof L]: CheckedDropOn<L[I], EventsOf<L[number]>> },
): L => contracts;

/** Lists of contracts whose actions can be called. An application adds its own by declaration merging. @public */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Registered {}
/** Problems by their code. An application adds its own by declaration merging. @public */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface KnownProblems {}

type AnyRegistered = Registered[keyof Registered] extends readonly (infer C)[] ? C : never;
/** Every action by its full name. */
export type Actions = ActionsOf<AnyRegistered>;
/** Every event by its full name. */
export type Events = EventsOf<AnyRegistered>;

export type ParamsOf<A> = A extends { params: infer P } ? Infer<P> : never;
export type ResultOf<A> = A extends { returns: infer R } ? InferRule<R> : undefined;

/** The actions of contracts by their full names. */
export type ActionsOf<C> = Joined<
  C extends { name: infer N extends string; actions: infer A }
    ? { [K in keyof A & string as `${N}.${K}`]: { params: ParamsOf<A[K]>; result: ResultOf<A[K]> } }
    : never
>;

/** The events of contracts by their full names. */
export type EventsOf<C> = Joined<
  C extends { name: infer N extends string; events: infer E }
    ? { [K in keyof E & string as `${N}.${K}`]: ParamsOf<E[K]> }
    : never
>;

/** A union of objects as one object that has the fields of all. */
type Joined<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

export type ActionName = keyof Actions & string;
export type Params<K extends ActionName> = Actions[K] extends { params: infer P } ? P : never;
export type Result<K extends ActionName> = Actions[K] extends { result: infer R } ? R : never;

type Args<P> =
  Record<string, never> extends P ? [params?: P, options?: CallingOptions] : [params: P, options?: CallingOptions];

/** Calls and events by contract: a misspelt name or parameter does not compile. */
export interface Rpc {
  call<K extends ActionName>(name: K, ...args: Args<Params<K>>): Promise<Result<K>>;
  emit<K extends keyof Events & string>(name: K, data: Events[K]): Promise<void>;
  broadcast<K extends keyof Events & string>(name: K, data: Events[K]): Promise<void>;
}

/** Data that Moleculer passes along with a request from the gateway to all nested calls. */
export interface Meta {
  /** The logged-in user, from the access token. */
  user?: Identity | null;
  /** The token of a guest's cart, as the client sent it. */
  cartToken?: { token: string; from: 'header' | 'cookie' };
  /** The token of one order, as the client sent it. Only actions with `guest: 'order'` see it. */
  orderToken?: string;
  /** The User-Agent header. */
  userAgent?: string;
  /** The client's address, from X-Forwarded-For only if it was sent by a trusted proxy. */
  address?: string;
  /** Ids of sessions that the action has ended: the gateway refuses their access tokens from now on. */
  $revoked?: readonly string[];
  /** Set by an action that answers with another status than its contract's `status`. */
  $statusCode?: number;
  /** The media type of an answer that is not JSON. */
  $responseType?: string;
  $responseHeaders?: Record<string, string>;
  /** Read by moleculer-web as the Location header. */
  $location?: string;
}

/** Paths in the meta that a shard key may name. */
type MetaPath = (keyof Meta & string) | `user.${keyof Identity & string}`;

/** The context of a handler. `stream` is the body of an action with `upload`. */
export type Ctx<P> = Omit<Context<P, Meta>, keyof Rpc | 'stream'> & Rpc & { stream?: Readable | null };
export type Broker = Omit<ServiceBroker, keyof Rpc> & Rpc;
