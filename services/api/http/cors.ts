import type { IncomingMessage, ServerResponse } from 'node:http';
import { CART_TOKEN_HEADER } from '../../shopping/cart/cart.rules.ts';

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  CART_TOKEN_HEADER,
  'X-Request-Id',
].join(', ');
const EXPOSED_HEADERS = [
  'ETag',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  CART_TOKEN_HEADER,
  'X-Request-Id',
].join(', ');
/** How long a browser may keep a preflight's answer, in seconds. */
const MAX_AGE_S = 600;

/**
 * Says which pages may ask from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol): those of the origins
 * that are listed, each by its name and never all.
 */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Whether a page of another site, which is not listed, asks. */
  isForeign({ headers: { origin, host, 'sec-fetch-site': site } }: IncomingMessage): boolean {
    if (site === 'same-origin' || site === 'same-site' || site === 'none') return false;
    if (origin === undefined) return site === 'cross-site';
    return !this.#origins.has(origin) && origin !== `http://${host}` && origin !== `https://${host}`;
  }

  /** Tells the browser of a listed origin, by headers added to these, that its page may read the answer. */
  allow({ headers: { origin } }: IncomingMessage, baseHeaders: string[]): boolean {
    baseHeaders.push('Vary', 'Origin');
    if (origin === undefined || !this.#origins.has(origin)) return false;
    baseHeaders.push('Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true');
    baseHeaders.push('Access-Control-Expose-Headers', EXPOSED_HEADERS);
    return true;
  }

  /** Answers a preflight of a listed origin. */
  preflight(res: ServerResponse, methods: readonly string[]): void {
    res.setHeader('Access-Control-Allow-Methods', methods.join(', '));
    res.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS);
    res.setHeader('Access-Control-Max-Age', MAX_AGE_S);
    res.statusCode = 204;
    res.end();
  }
}

/** Whether a browser asks before it sends what a page of another site wants to send. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
