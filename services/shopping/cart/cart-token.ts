import { createHash, randomBytes } from 'node:crypto';
import type { Meta } from '../../../lib/contract/contract.ts';
import { GUEST_ID_PREFIX } from '../../shared/ids.ts';
import { CART_TOKEN_COOKIE, CART_TOKEN_HEADER } from './cart.rules.ts';

/** A guest's cart that is unused for this long is removed. */
export const GUEST_CART_LIFETIME_MS = 30 * 24 * 3600_000;

export const newCartToken = (): string => randomBytes(32).toString('base64url');

/** The id of a guest's cart. The token itself is not stored, so that a copy of the database gives access to no cart. */
export const guestIdOf = (token: string): string =>
  GUEST_ID_PREFIX + createHash('sha256').update(token).digest('base64url');

/** The id of the cart of a request's caller. `undefined`: a guest without a cart. */
export function ownerOf({ user, cartToken }: Meta): string | undefined {
  return user?.id ?? (cartToken ? guestIdOf(cartToken.token) : undefined);
}

/**
 * Headers with a new token: one for front ends that store it themselves, and a cookie for pages. Other sites cannot use
 * the cookie: carts are changed by PUT and DELETE only, which CORS does not allow them to send, and an order needs the
 * header Idempotency-Key.
 */
export function tokenHeaders(token: string, secure: boolean): Record<string, string> {
  return { [CART_TOKEN_HEADER]: token, ...renewCookie(token, secure) };
}

/** Renews the cookie: like its cart, it is kept from the last change on. */
export const renewCookie = (token: string, secure: boolean): Record<string, string> => ({
  'Set-Cookie': cartCookie(token, GUEST_CART_LIFETIME_MS / 1000, secure),
});

/** Ends the cookie, after its cart was merged into a customer's. */
export const endCookie = (secure: boolean): Record<string, string> => ({ 'Set-Cookie': cartCookie('', 0, secure) });

function cartCookie(value: string, maxAge: number, secure: boolean): string {
  return `${CART_TOKEN_COOKIE}=${value}; Path=/v1; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
