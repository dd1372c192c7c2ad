import type { IncomingMessage } from 'node:http';
import type { Context } from 'moleculer';
import type { Arrival, RequestGate } from '../../../lib/admission/request-gate.ts';
import type { KeyRing } from '../../../lib/auth/token-keys.ts';
import { type Identity, verifyAccessToken } from '../../../lib/auth/tokens.ts';
import type { Meta } from '../../../lib/contract/contract.ts';
import { errors } from '../../../lib/contract/errors.ts';
import { admit as admitTo } from '../../../lib/contract/service.ts';
import { CART_TOKEN_COOKIE, CART_TOKEN_HEADER } from '../../shopping/cart/cart.rules.ts';
import type { LoadClass } from '../admission/load-class.ts';
import type { Flight } from '../near-cache/near-cache.ts';
import { paramsOf } from './params.ts';
import type { Revocations } from './revocations.ts';
import type { Route } from './routes.ts';
import { refuseUnsafeQuery } from './unsafe-names.ts';
import { checkUpload } from './upload.ts';

/** moleculer-web's request: Node's with what the routing found out. */
export interface Request extends IncomingMessage {
  $ctx: Context<unknown, Meta>;
  /** From the front door on. */
  requestId: string;
  /** The headers that every answer to it has, names and values in turn; from the front door on. */
  greeting: string[];
  /** Where it leads; undefined: nowhere. From the front door on. */
  route?: Route | undefined;
  /** What others wait for, who have asked for the same. */
  flight?: Flight;
  /** Set by `Admission.arrive`; none on routes that are exempt. */
  admission?: { name: LoadClass; gate: RequestGate; arrival: Arrival };
  /** Who the access token speaks for; null: it is none. Set by `identify`. */
  identity?: Identity | null;
  /** Of the access token, in ms since 1970. Set by `identify`. */
  tokenExpiresAt?: number;
  /** The token is sound, but its session may have ended before this gateway started. Set by `identify`. */
  isUnproven?: boolean;
  $params: Record<string, unknown>;
  $alias: { action: string };
  $endpoint: unknown;
  parsedUrl?: string;
  originalUrl?: string;
  query: Record<string, unknown>;
  /** What a parser made of the body; a buffer on a route with `rawBody`. */
  body?: unknown;
}

/** What tells who a request is from. */
export interface Access {
  keys: KeyRing;
  revocations: Revocations;
  addressOf(req: IncomingMessage): string;
}

export interface Alias {
  action: string;
  method: string;
  fullPath: string;
  re: RegExp;
  match(url: string): unknown;
}

/**
 * Finds the alias of a request among those with its method and as many segments, where moleculer-web tries them all;
 * and has each alias ready as the text that moleculer-web logs, or does not log, for each request.
 */
export class AliasLookup {
  readonly #byMethod = new Map<string, Alias[][]>();

  constructor(aliases: readonly Alias[]) {
    for (const alias of aliases) {
      const text = String(alias);
      alias.toString = () => text;
      const buckets = this.#byMethod.get(alias.method) ?? [];
      this.#byMethod.set(alias.method, buckets);
      const count = segments(alias.fullPath);
      buckets[count] = [...(buckets[count] ?? []), alias];
    }
  }

  /** The alias alone; what is in the path is not looked at. */
  find(path: string, method: string): Alias | undefined {
    return this.#candidates(path, method).find(({ re }) => re.test(path));
  }

  /** With the parameters in the path. @throws {Error} of type UNABLE_DECODE_PARAM */
  resolve(path: string, method: string): { alias: Alias; params: unknown } | false {
    for (const alias of this.#candidates(path, method)) {
      const params = alias.match(path);
      if (params) return { alias, params };
    }
    return false;
  }

  /** A HEAD is answered as its GET, without the body. */
  #candidates(path: string, method: string): readonly Alias[] {
    return this.#byMethod.get(method === 'HEAD' ? 'GET' : method)?.[segments(path)] ?? [];
  }
}

function segments(path: string): number {
  let count = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count += 1;
  return count;
}

/**
 * Takes a request in: who it is from, and the parameters of its action.
 * @throws unauthenticated, invalid-token, not-found, unsupported-media-type, and what `paramsOf` throws
 */
export function takeIn(route: Route, ctx: Context<unknown, Meta>, req: Request, access: Access): void {
  admit(route, ctx, req, access);
  if (route.contract.upload) checkUpload(req, route.contract.upload);
  else if (!route.contract.rawBody) refuseOtherMedia(req);
  refuseUnsafeQuery(req.originalUrl ?? '');
  const { params: path } = req.$params as { params: Record<string, unknown> };
  const raw = Buffer.isBuffer(req.body) ? req.body.toString() : undefined;
  req.$params = paramsOf(route, { headers: req.headers, path, query: req.query, body: req.body, raw });
}

/**
 * Who the request is from. A route for customers needs a token; elsewhere a bad one is as good as none. To customers
 * the routes of staff are not there, whatever they send, so that comes before the parameters.
 */
function admit({ contract }: Route, ctx: Context<unknown, Meta>, req: Request, access: Access): void {
  // What is kept for others cannot depend on who asks: the action is not told.
  if (contract.nearCache) return;
  const cart = contract.cartToken ? cartToken(req) : undefined;
  if (cart) ctx.meta.cartToken = cart;
  ctx.meta.address = access.addressOf(req);
  ctx.meta.userAgent = req.headers['user-agent']?.slice(0, 200) ?? '';
  const identity = identify(req, access);
  if (req.isUnproven) throw errors.unavailable('Nobody can be logged in here yet. Try again in a moment.');
  if (identity === null && contract.auth !== 'public') throw errors.invalidToken();
  if (identity) ctx.meta.user = identity;
  admitTo(contract, ctx);
}

/** Who the access token of a request speaks for; null for a bad one, undefined without one. */
export function identify(req: Request, { keys, revocations }: Access): Identity | null | undefined {
  if (req.identity !== undefined) return req.identity;
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) return undefined;
  req.identity = null;
  try {
    const { identity, expiresAt } = verifyAccessToken(token, keys);
    if (!revocations.isKnown) req.isUnproven = true;
    else if (!revocations.has(identity.sessionId)) {
      req.identity = identity;
      req.tokenExpiresAt = expiresAt;
    }
  } catch {
    // As good as none.
  }
  return req.identity;
}

/** Of 256 random bits, in base64url. */
const CART_TOKEN = /^[\w-]{43}$/;
const IN_COOKIES = new RegExp(`(?:^|;\\s*)${CART_TOKEN_COOKIE}=([^;]*)`);

/**
 * Whose cart it is, as the client was told; what cannot be a token counts as none. What a page of another site sends
 * has no cookie any more (front-door.ts).
 */
function cartToken({ headers }: Request): Meta['cartToken'] {
  const header = headers[CART_TOKEN_HEADER.toLowerCase()];
  if (typeof header === 'string' && CART_TOKEN.test(header)) return { token: header, from: 'header' };
  const cookie = IN_COOKIES.exec(headers.cookie ?? '')?.[1] ?? '';
  return CART_TOKEN.test(cookie) ? { token: cookie, from: 'cookie' } : undefined;
}

function refuseOtherMedia(req: Request): void {
  const hasBody = Number(req.headers['content-length'] ?? 0) > 0 || req.headers['transfer-encoding'] !== undefined;
  if (hasBody && req.body === undefined) throw errors.unsupportedMediaType();
}

/** The methods that an address answers to. */
export function allowed(aliases: readonly Alias[], path: string): string[] {
  const methods = aliases.filter((alias) => alias.match(path)).map(({ method }) => method);
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
