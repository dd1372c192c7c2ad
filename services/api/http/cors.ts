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
/** How long a browser may cache a preflight's answer. */
const MAX_AGE_S = 600;

/**
 * Allows cross-origin requests from the pages of the listed origins alone
 * (https://fetch.spec.whatwg.org/#http-cors-protocol).
 */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Whether a request comes from a page of an origin that is neither this one nor listed. */
  isForeign({ headers: { origin, host, 'sec-fetch-site': site } }: IncomingMessage): boolean {
    if (site === 'same-origin' || site === 'same-site' || site === 'none') return false;
    if (origin === undefined) return site === 'cross-site';
    return !this.#origins.has(origin) && origin !== `http://${host}` && origin !== `https://${host}`;
  }

  /** Adds the headers by which a browser lets the page of a listed origin read the response. @returns whether it is listed */
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

/** Whether a request is a CORS preflight. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
