import type { Context } from 'moleculer';
import type { Identity } from '../../../lib/auth/tokens.ts';
import type { Meta } from '../../../lib/contract/contract.ts';
import { checkAccess as authorise } from '../../../lib/contract/service.ts';
import { errors } from '../../shared/problems.ts';
import { CART_TOKEN_COOKIE, CART_TOKEN_HEADER } from '../../shopping/cart/cart.rules.ts';
import { ORDER_TOKEN, ORDER_TOKEN_HEADER } from '../../shopping/order/guest/guest.rules.ts';
import type { Access, Request } from './request.ts';
import type { Route } from './routes.ts';

/**
 * Identifies the caller and checks access. A customer route requires a token, or where its contract lets guests in, one of
 * theirs; an invalid access token is refused there, whatever comes with it. On a public route it is ignored. Access is checked before the parameters, so that a staff route answers 404 to customers for any input.
 */
export function authenticate({ contract }: Route, ctx: Context<unknown, Meta>, req: Request, access: Access): void {
  // A shared response must not depend on the caller.
  if (contract.nearCache) return;
  const cart = contract.cartToken || contract.guest === 'cart' ? cartToken(req) : undefined;
  if (cart) ctx.meta.cartToken = cart;
  const order = contract.guest === 'order' ? orderToken(req) : undefined;
  if (order && access.guestCheckout) ctx.meta.orderToken = order;
  ctx.meta.address = access.addressOf(req);
  ctx.meta.userAgent = req.headers['user-agent']?.slice(0, 200) ?? '';
  const identity = identify(req, access);
  if (req.isUnproven) throw errors.unavailable('This gateway cannot check access tokens yet. Try again in a moment.');
  if (identity === null && contract.auth !== 'public') throw errors.invalidToken();
  if (identity) ctx.meta.user = identity;
  else if (contract.guest && (cart || order) && !access.guestCheckout) throw errors.guestCheckoutDisabled();
  authorise(contract, ctx);
}

/** The identity in the access token; null for an invalid token, undefined without one. */
export function identify(req: Request, { tokens, revocations }: Access): Identity | null | undefined {
  if (req.identity !== undefined) return req.identity;
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) return undefined;
  req.identity = null;
  try {
    const { identity, expiresAt } = tokens.verify(token);
    if (!revocations.isKnown) req.isUnproven = true;
    else if (!revocations.has(identity.sessionId)) {
      req.identity = identity;
      req.tokenExpiresAt = expiresAt;
    }
  } catch {
    // An invalid token counts as none.
  }
  return req.identity;
}

/** Of 256 random bits, in base64url. */
const CART_TOKEN = /^[\w-]{43}$/;
const IN_COOKIES = new RegExp(`(?:^|;\\s*)${CART_TOKEN_COOKIE}=([^;]*)`);

/**
 * The cart token of a header or cookie; a malformed one counts as none. Cross-site cookies are removed before
 * (request-pipeline.ts).
 */
function cartToken({ headers }: Request): Meta['cartToken'] {
  const header = headers[CART_TOKEN_HEADER.toLowerCase()];
  if (typeof header === 'string' && CART_TOKEN.test(header)) return { token: header, from: 'header' };
  const cookie = IN_COOKIES.exec(headers.cookie ?? '')?.[1] ?? '';
  return CART_TOKEN.test(cookie) ? { token: cookie, from: 'cookie' } : undefined;
}

/** The order token of the header; a malformed one counts as none. No cookie holds one, so no other site can use it. */
function orderToken({ headers }: Request): string | undefined {
  const token = headers[ORDER_TOKEN_HEADER.toLowerCase()];
  return typeof token === 'string' && ORDER_TOKEN.test(token) ? token : undefined;
}
