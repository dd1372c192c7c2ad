import type { ServerResponse } from 'node:http';
import type { ActionContract, Rpc } from '../../../lib/contract/contract.ts';
import { clientNetwork } from '../../../lib/process/client-address.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import { type Alias, type AliasLookup, allowed } from './alias-lookup.ts';
import { identify } from './authenticate.ts';
import { Cors, isPreflight } from './cors.ts';
import { type RateClass, RateLimit, type Verdict } from './rate-limit.ts';
import type { Access, Request } from './request.ts';
import { requestIdOf } from './request-id.ts';
import type { Route } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const SECURITY = SECURITY_HEADERS.flat();
/** No URL of this API is longer. */
const MAX_URL_LENGTH = 4096;

interface Routing {
  aliases: readonly Alias[];
  lookup: AliasLookup;
  admission: { arrive(req: Request): void };
}

interface Logger {
  warn(...words: unknown[]): void;
}

/** The steps that every request passes first: request id, base headers, CORS, admission, rate limit. */
export class RequestPipeline {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #access: Access;
  readonly #cors: Cors;
  readonly #limit: RateLimit;

  constructor(config: Config, routes: ReadonlyMap<string, Route>, access: Access, rpc: Rpc, logger: Logger) {
    this.#routes = routes;
    this.#access = access;
    this.#cors = new Cors(config.corsOrigins);
    const warn = (text: string, error: unknown) => logger.warn(text, error);
    this.#limit = new RateLimit({ limits: config.limits, secret: config.tokenSecret, rpc, warn });
  }

  /** Assigns the request id and the headers that every response carries. */
  begin(req: Request): void {
    req.requestId = requestIdOf(req.headers['x-request-id']);
    req.baseHeaders = [...SECURITY, 'X-Request-Id', req.requestId];
  }

  /**
   * Applies CORS, admission and the rate limit. Resolves to false when the response was already sent (a preflight). A promise
   * only where the count is on another gateway.
   * @throws uri-too-long, origin-not-allowed, overloaded, rate-limited
   */
  admit(req: Request, res: ServerResponse, routing: Routing): boolean | Promise<boolean> {
    const { url = '/', method = 'GET', headers, baseHeaders } = req;
    const isListed = this.#cors.allow(req, baseHeaders);
    if (url.length > MAX_URL_LENGTH) throw errors.uriTooLong();
    const path = pathOf(url);
    if (isPreflight(req)) {
      if (!isListed) throw errors.originNotAllowed();
      writeBaseHeaders(req, res);
      this.#cors.preflight(res, allowed(routing.aliases, path));
      return false;
    }
    // A browser sends cookies for pages of other sites too: such a cookie is ignored (CSRF).
    if (headers.cookie !== undefined && this.#cors.isForeign(req)) headers.cookie = undefined;
    const alias = routing.lookup.find(path, method);
    req.route = alias && this.#routes.get(alias.action);
    // Admission comes before counting, which may take a call. A route with a near-cache is admitted after a cache miss.
    if (!req.route?.contract.nearCache) routing.admission.arrive(req);
    const kind = classOf(method, req.route?.contract);
    if (kind === 'unlimited') return true;
    // Login attempts are counted by network: the account is not known yet.
    const identity = kind === 'login' ? undefined : identify(req, this.#access);
    const counted = this.#limit.count(kind, identity?.id ?? clientNetwork(this.#access.addressOf(req)));
    return counted instanceof Promise
      ? counted.then((verdict) => pass(verdict, baseHeaders))
      : pass(counted, baseHeaders);
  }
}

function pass({ allowed, policy, state, retryAfter }: Verdict, baseHeaders: string[]): true {
  baseHeaders.push('RateLimit-Policy', policy, 'RateLimit', state);
  if (!allowed) throw errors.rateLimited(retryAfter);
  return true;
}

/** Writes the headers that every response carries. */
export function writeBaseHeaders({ baseHeaders }: Request, res: ServerResponse): void {
  if (res.headersSent) return;
  for (let i = 0; i < baseHeaders.length; i += 2) res.setHeader(baseHeaders[i] as string, baseHeaders[i + 1] as string);
}

function classOf(method: string, contract: ActionContract | undefined): RateClass | 'unlimited' {
  return contract?.rateClass ?? (method === 'GET' || method === 'HEAD' ? 'reads' : 'mutations');
}

/** The path without its query and without a trailing slash. */
function pathOf(url: string): string {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
