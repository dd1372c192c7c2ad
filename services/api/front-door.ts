import type { ServerResponse } from 'node:http';
import type { Config } from '../../lib/config.ts';
import type { ActionContract, Rpc } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { Cors, isPreflight } from './cors.ts';
import { type RateClass, RateLimit } from './rate-limit.ts';
import { type Access, type Alias, allowed, identify, type Request } from './request.ts';
import { requestIdOf } from './request-id.ts';
import type { Route } from './routes.ts';
import { secure } from './security-headers.ts';

/** Above any address of ours. */
const LONGEST_URL = 4096;

interface Routing {
  aliases: readonly Alias[];
  resolveAlias(url: string, method?: string): false | { alias: { action: string } };
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

  /** Whether the request goes on; false: it is answered. @throws uri-too-long, origin-not-allowed, rate-limited */
  async enter(req: Request, res: ServerResponse, routing: Routing): Promise<boolean> {
    req.requestId = requestIdOf(req.headers['x-request-id']);
    res.setHeader('X-Request-Id', req.requestId);
    secure(res);
    const { url = '/', method = 'GET' } = req;
    if (url.length > LONGEST_URL) throw errors.uriTooLong();
    const isListed = this.#cors.allow(req, res);
    const [path = '/'] = url.split('?', 1);
    if (isPreflight(req)) {
      if (!isListed) throw errors.originNotAllowed();
      this.#cors.preflight(res, allowed(routing.aliases, path));
      return false;
    }
    // Browsers send cookies by themselves: on behalf of a page of another site they count as none.
    if (req.headers.cookie !== undefined && this.#cors.isForeign(req)) req.headers.cookie = undefined;
    const found = routing.resolveAlias(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path, method);
    const kind = classOf(method, found ? this.#routes.get(found.alias.action)?.contract : undefined);
    if (kind !== 'unlimited') await this.#count(kind, req, res);
    return true;
  }

  async #count(kind: RateClass, req: Request, res: ServerResponse): Promise<void> {
    // Who guesses passwords has no account yet, or somebody else's.
    const identity = kind === 'login' ? undefined : identify(req, this.#access);
    const counted = this.#limit.count(kind, identity?.id ?? networkOf(this.#access.addressOf(req)));
    const { allowed, policy, state, retryAfter } = counted instanceof Promise ? await counted : counted;
    res.setHeader('RateLimit-Policy', policy);
    res.setHeader('RateLimit', state);
    if (!allowed) throw errors.rateLimited(retryAfter);
  }
}

function classOf(method: string, contract: ActionContract | undefined): RateClass | 'unlimited' {
  return contract?.rateClass ?? (method === 'GET' || method === 'HEAD' ? 'reads' : 'mutations');
}

/** An IPv6 client has a whole network of addresses, usually a /64. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [head, tail].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ];
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
