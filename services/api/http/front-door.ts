import type { ServerResponse } from 'node:http';
import type { ActionContract, Rpc } from '../../../lib/contract/contract.ts';
import { clientNetwork } from '../../../lib/process/client-address.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import { Cors, isPreflight } from './cors.ts';
import { type RateClass, RateLimit, type Verdict } from './rate-limit.ts';
import { type Access, type Alias, type AliasLookup, allowed, identify, type Request } from './request.ts';
import { requestIdOf } from './request-id.ts';
import type { Route } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const SECURITY = SECURITY_HEADERS.flat();
/** Above any address of ours. */
const LONGEST_URL = 4096;

interface Routing {
  aliases: readonly Alias[];
  lookup: AliasLookup;
  admission: { arrive(req: Request): void };
}

interface Logger {
  warn(...words: unknown[]): void;
}

/** What is the same for every request: its id, what browsers are told, who may ask from where, and how often. */
export class FrontDoor {
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

  /** Gives a request its id, and the headers that every answer to it has, whatever comes of it. */
  greet(req: Request): void {
    req.requestId = requestIdOf(req.headers['x-request-id']);
    req.greeting = [...SECURITY, 'X-Request-Id', req.requestId];
  }

  /**
   * Whether the request goes on; false: it is answered. A promise only where other gateways have to be asked.
   * @throws uri-too-long, origin-not-allowed, overloaded, rate-limited
   */
  enter(req: Request, res: ServerResponse, routing: Routing): boolean | Promise<boolean> {
    const { url = '/', method = 'GET', headers, greeting } = req;
    const isListed = this.#cors.allow(req, greeting);
    if (url.length > LONGEST_URL) throw errors.uriTooLong();
    const path = pathOf(url);
    if (isPreflight(req)) {
      if (!isListed) throw errors.originNotAllowed();
      introduce(req, res);
      this.#cors.preflight(res, allowed(routing.aliases, path));
      return false;
    }
    // Browsers send cookies by themselves: on behalf of a page of another site they count as none.
    if (headers.cookie !== undefined && this.#cors.isForeign(req)) headers.cookie = undefined;
    const alias = routing.lookup.find(path, method);
    req.route = alias && this.#routes.get(alias.action);
    // Counting may take a call, which is work too. What the near-cache may have is admitted only if it has not.
    if (!req.route?.contract.nearCache) routing.admission.arrive(req);
    const kind = classOf(method, req.route?.contract);
    if (kind === 'unlimited') return true;
    // Who guesses passwords has no account yet, or somebody else's.
    const identity = kind === 'login' ? undefined : identify(req, this.#access);
    const counted = this.#limit.count(kind, identity?.id ?? clientNetwork(this.#access.addressOf(req)));
    return counted instanceof Promise ? counted.then((verdict) => pass(verdict, greeting)) : pass(counted, greeting);
  }
}

function pass({ allowed, policy, state, retryAfter }: Verdict, greeting: string[]): true {
  greeting.push('RateLimit-Policy', policy, 'RateLimit', state);
  if (!allowed) throw errors.rateLimited(retryAfter);
  return true;
}

/** Puts the headers of every answer on the one that is to be made. */
export function introduce({ greeting }: Request, res: ServerResponse): void {
  if (res.headersSent) return;
  for (let i = 0; i < greeting.length; i += 2) res.setHeader(greeting[i] as string, greeting[i + 1] as string);
}

function classOf(method: string, contract: ActionContract | undefined): RateClass | 'unlimited' {
  return contract?.rateClass ?? (method === 'GET' || method === 'HEAD' ? 'reads' : 'mutations');
}

/** What is before the query, without a slash at its end. */
function pathOf(url: string): string {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
