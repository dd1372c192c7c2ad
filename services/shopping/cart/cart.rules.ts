/** Where a client sends the token of a guest's cart: by front ends that keep it themselves, and by browsers. */
export const CART_TOKEN_HEADER = 'X-Cart-Token';
export const CART_TOKEN_COOKIE = 'cart';
