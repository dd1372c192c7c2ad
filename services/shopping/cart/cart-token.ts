import { createHash, randomBytes } from 'node:crypto';
import type { Meta } from '../../../lib/contract/contract.ts';
import { CART_TOKEN_COOKIE, CART_TOKEN_HEADER } from './cart.rules.ts';

/** How long a guest's cart is kept unused, in ms. */
export const GUEST_LIFETIME = 30 * 24 * 3600_000;

export const newCartToken = (): string => randomBytes(32).toString('base64url');

/** The id of a guest's cart. The token itself is kept nowhere: whoever reads the database cannot use it. */
export const guestIdOf = (token: string): string => `gst_${createHash('sha256').update(token).digest('base64url')}`;

/** Whose cart a request is about, by its meta; `undefined`: a guest who has none yet. */
export function ownerOf({ user, cartToken }: Meta): string | undefined {
  return user?.id ?? (cartToken ? guestIdOf(cartToken.token) : undefined);
}

/**
 * The headers that give a client a new token: one for front ends that keep it themselves, and a cookie for pages. Carts
 * are changed by PUT and DELETE only, which a page of another site cannot send without leave, cookie or not.
 */
export function tokenHeaders(token: string, secure: boolean): Record<string, string> {
  return { [CART_TOKEN_HEADER]: token, ...keepCookie(token, secure) };
}

/** The cookie lives on as its cart does, from each change. */
export const keepCookie = (token: string, secure: boolean): Record<string, string> => ({
  'Set-Cookie': cookie(token, GUEST_LIFETIME / 1000, secure),
});

/** The cookie's end, after its cart has become a customer's. */
export const forgetCookie = (secure: boolean): Record<string, string> => ({ 'Set-Cookie': cookie('', 0, secure) });

function cookie(value: string, maxAge: number, secure: boolean): string {
  return `${CART_TOKEN_COOKIE}=${value}; Path=/v1; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
