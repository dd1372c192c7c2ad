import type { ServerResponse } from 'node:http';
import type { Context, ServiceBroker, ServiceSchema } from 'moleculer';
import { isStaffRole } from '../../../lib/auth/access.ts';
import { identify } from '../http/authenticate.ts';
import type { Access, Request } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { answerOf, sendAnswer } from './answer.ts';
import { type Meter, NearCache } from './near-cache.ts';

/** Responds from the near-cache before the action is called, and caches responses. */
export class NearAnswers {
  readonly #cache: NearCache;
  readonly #access: Access;
  readonly #log: ((text: string, bindings: object) => void) | undefined;

  /** @param log one line for each cache hit; optional */
  constructor(
    routes: readonly Route[],
    access: Access,
    broker: ServiceBroker,
    log?: (text: string, bindings: object) => void,
  ) {
    this.#cache = new NearCache(routes, { meter: meterOf(broker) });
    this.#access = access;
    this.#log = log;
  }

  /**
   * Responds from the cache, or with the response of a pending request for the same key. Otherwise this request's own
   * response, by `send` or `reject`, is shared with those that come meanwhile.
   * @returns whether it has responded; a promise only where a response is pending. @throws that call's error
   */
  answer(req: Request, res: ServerResponse): boolean | Promise<boolean> {
    const { route, url = '/' } = req;
    if (!route?.contract.nearCache || !isPlainRead(req)) return false;
    const key = cacheKeyOf(url);
    // Staff bypasses the cache and refreshes it.
    const isStaff = isStaffRole(identify(req, this.#access)?.role);
    return this.#answer(req, res, { action: route.action, key, mayUseCache: !isStaff });
  }

  #answer(req: Request, res: ServerResponse, asked: Asked): boolean | Promise<boolean> {
    const { action, key, mayUseCache } = asked;
    const found = mayUseCache ? this.#cache.find(key) : undefined;
    if (!found) {
      req.pending = this.#cache.begin(action, key);
      return false;
    }
    if (found instanceof Promise) {
      return found.then((answer) => {
        if (!answer) return this.#answer(req, res, asked);
        sendAnswer(req, res, answer, req.baseHeaders);
        return true;
      });
    }
    sendAnswer(req, res, found, req.baseHeaders);
    this.#log?.(`${req.method} ${req.url?.split('?', 1)[0]} from cache`, { requestId: req.requestId });
    return true;
  }

  /** Sends the result of the action, and caches it. */
  send(req: Request, res: ServerResponse, data: unknown): void {
    const answer = answerOf(data);
    req.pending?.resolve(answer);
    sendAnswer(req, res, answer, []);
  }

  invalidate(event: string, data: unknown): void {
    this.#cache.invalidate(event, data);
  }

  clear(): void {
    this.#cache.clear();
  }
}

interface Asked {
  action: string;
  key: string;
  mayUseCache: boolean;
}

/** The events that invalidate the cache, for the schema of a service that has `nearAnswers`. */
export function nearEvents(routes: readonly Route[]): NonNullable<ServiceSchema['events']> {
  const named = routes.flatMap(({ contract }) => Object.keys(contract.nearCache?.dropOn ?? {}));
  const missed = ['$node.connected', '$node.disconnected', '$transporter.connected', '$transporter.disconnected'];
  return {
    ...Object.fromEntries(missed.map((event) => [event, clear])),
    ...Object.fromEntries([...new Set(named)].map((event) => [event, invalidate])),
  };
}

function invalidate(this: { nearAnswers: NearAnswers }, { eventName, params }: Context): void {
  this.nearAnswers.invalidate(String(eventName), params);
}

function clear(this: { nearAnswers: NearAnswers }): void {
  this.nearAnswers.clear();
}

const isPlainRead = ({ method, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['transfer-encoding'] === undefined &&
  (headers['content-length'] ?? '0') === '0';

/** The cache key of a URL: the order of parameters does not matter, but for those of one name. */
export function cacheKeyOf(url: string): string {
  const at = url.indexOf('?');
  if (at < 0 || url.indexOf('&', at) < 0) return url;
  const pairs = url.slice(at + 1).split('&');
  const nameOf = (pair: string) => pair.split('=', 1)[0] ?? '';
  pairs.sort((a, b) => {
    const [one, other] = [nameOf(a), nameOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  return `${url.slice(0, at)}?${pairs.join('&')}`;
}

const HITS = 'shop.near-cache.hits.total';
const MISSES = 'shop.near-cache.misses.total';
const ENTRIES = 'shop.near-cache.entries';
const BYTES = 'shop.near-cache.bytes';

function meterOf({ metrics }: ServiceBroker): Meter {
  const labelNames = ['action'];
  const description = (what: string) => `Responses of this gateway's near-cache: ${what}`;
  metrics?.register({ type: 'counter', name: HITS, labelNames, description: description('sent from the cache') });
  metrics?.register({ type: 'counter', name: MISSES, labelNames, description: description('not in the cache') });
  metrics?.register({ type: 'gauge', name: ENTRIES, description: description('cached') });
  metrics?.register({ type: 'gauge', name: BYTES, description: description('cached, in bytes'), unit: 'byte' });
  return {
    hit: (action) => metrics?.increment(HITS, { action }),
    miss: (action) => metrics?.increment(MISSES, { action }),
    size(entries, bytes) {
      metrics?.set(ENTRIES, entries);
      metrics?.set(BYTES, bytes);
    },
  };
}
