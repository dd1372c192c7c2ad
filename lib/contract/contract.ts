import type { Readable } from 'node:stream';
import type { CallingOptions, Context, ServiceBroker } from 'moleculer';
import type { Scope } from '../auth/access.ts';
import type { Identity } from '../auth/tokens.ts';
import type { Checked, DropsKnown } from './checked.ts';
import type { Infer, InferRule } from './infer.ts';

/** A fastest-validator schema: field name to rule. Made strict, at every depth, by `service`. */
export type Schema = Readonly<Record<string, unknown>>;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: `public` anyone, `customer` one who is logged in, `staff`, `internal` other services only. */
type Auth = 'public' | 'customer' | 'staff' | 'internal';

/** What may be sent as a stream: media types, size in bytes, and how long it may take, 15 minutes when left out. */
export interface UploadRule {
  types: readonly string[];
  limit: number;
  maxSeconds?: number;
}

/** One action, declared once: its check, its types, its route and its documentation come from here. */
export interface ActionContract {
  summary: string;
  /** `published`: the gateway may call it; `public`: any node of the cluster. */
  visibility: 'published' | 'public';
  auth: Auth;
  /** What a member of staff must be allowed to do; with `auth: 'staff'` always. */
  scope?: Scope;
  /** May be run again with the same parameters without harm: the broker then retries it after a lost connection. */
  idempotent: boolean;
  /** The gateway's route, such as `GET /v1/orders/:id`. */
  rest?: `${Method} /${string}`;
  /** A DELETE whose parameters come in its body: what no log or history may keep. */
  takesBody?: true;
  /** The body is a stream, which the handler finds as `ctx.stream`; parameters come from path, headers and query. */
  upload?: UploadRule;
  /** How often a client may ask; `login` is for what guesses passwords. By its method when left out. */
  rateClass?: 'login' | 'mutations' | 'reads' | 'unlimited';
  /** Status of success; 200 when left out. */
  status?: 201 | 202 | 204;
  /** Location of what was created, `{field}` taken from the result: `/v1/orders/{id}`. */
  location?: string;
  /** Parameters that come from a request header: parameter name to header name. */
  headers?: Readonly<Record<string, string>>;
  /** The parameter that is the body as it was sent, whatever its type: for what is signed. */
  rawBody?: string;
  /** Anyone may ask, but the answer depends on who does, so that nobody may keep it for others. */
  personal?: true;
  /** A guest may send the token of their cart, in its header or its cookie; only then it is in the meta. */
  cartToken?: true;
  params: Schema;
  /** Rule of the result; left out: nothing is returned. */
  returns?: unknown;
  /** Media types of an answer that is no JSON, where `returns` is 'any'. */
  produces?: readonly string[];
  /** Other statuses of success than `status`. */
  mayAnswer?: readonly number[];
  /** The coded errors that a caller should expect. */
  problems?: readonly (keyof KnownProblems & string)[];
  /** In milliseconds; the broker's requestTimeout when left out. */
  timeout?: number;
  /** How many a node runs at a time; more wait in line. The broker's bulkhead when left out. */
  concurrency?: number;
  /** Sends equal values of this parameter, or `#field` of the meta, to the same node, as far as nodes come and go. */
  shardKey?: string;
  /** Off where the caller names the node, which no other can answer for; with a `shardKey` it always is. */
  circuitBreaker?: false;
  /**
   * Lets each gateway keep the answer for `ttl` ms, and give it to whoever asks for the same; it has an ETag then.
   * `dropOn`: events by name, each with where it has the `id` of results that are no longer true, `levels.productId`
   * being that of each of its levels, or `*` when any may be. Of a GET that is the same for everyone: the action is not told who asks.
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
 * Declares a service's actions and events, and keeps their literal types. Names that do not fit together, such as a path
 * with a parameter that the action does not have, do not compile.
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

/** The contracts of an application, which it names once, in `Registered`. Their events may drop each other's answers. */
export const register = <const L extends readonly Contract[]>(
  contracts: L & { [I in keyof L]: DropsKnown<L[I], EventsOf<L[number]>> },
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

/** What travels with a request from the gateway on. */
export interface Meta {
  /** Who is logged in, as the access token says. */
  user?: Identity | null;
  /** Whose cart it is when nobody is logged in: what the client was given for it. */
  cartToken?: { token: string; from: 'header' | 'cookie' };
  /** What the request came from. */
  userAgent?: string;
  /** The address that the request came from, as far as proxies are trusted. */
  address?: string;
  /** Sessions that the action has ended: the gateway refuses their access tokens at once. */
  $revoked?: readonly string[];
  /** Set by an action whose answer has another status than its contract's. */
  $statusCode?: number;
  /** The media type of an answer that is no JSON. */
  $responseType?: string;
  $responseHeaders?: Record<string, string>;
  /** Where moleculer-web finds the Location of what was created. */
  $location?: string;
}

/** Where in the meta the value of a shard key may be. */
type MetaPath = (keyof Meta & string) | `user.${keyof Identity & string}`;

/** `stream`: the body, of an action with `upload`. */
export type Ctx<P> = Omit<Context<P, Meta>, keyof Rpc | 'stream'> & Rpc & { stream?: Readable | null };
export type Broker = Omit<ServiceBroker, keyof Rpc> & Rpc;
