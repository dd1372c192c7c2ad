/**
 * The header and the cookie with the token of a guest's cart: front ends that store it send the header, browsers the
 * cookie.
 */
export const CART_TOKEN_HEADER = 'X-Cart-Token';
export const CART_TOKEN_COOKIE = 'cart';
