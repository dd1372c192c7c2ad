import type { JsonSchema } from '../../../lib/contract/json-schema.ts';
import { CART_TOKEN_COOKIE, CART_TOKEN_HEADER } from '../../shopping/cart/cart.rules.ts';
import { ORDER_TOKEN_HEADER } from '../../shopping/order/guest/guest.rules.ts';

/** The two places where a client may send the token of a guest's cart. */
export const CART_TOKEN_SCHEMES = ['cartToken', 'cartCookie'] as const;

/** How guests identify themselves, by the kind of action. */
export const GUEST_SCHEMES = { cart: CART_TOKEN_SCHEMES, order: ['orderToken'] } as const;

const ACCESS_TOKEN: JsonSchema = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };
const CART_TOKEN: JsonSchema = {
  type: 'apiKey',
  in: 'header',
  name: CART_TOKEN_HEADER,
  description: "The token of a guest's cart, from this header of the response to the first change of the cart",
};
const CART_COOKIE: JsonSchema = {
  type: 'apiKey',
  in: 'cookie',
  name: CART_TOKEN_COOKIE,
  description: 'The same token as a cookie of browsers',
};

const ORDER_TOKEN: JsonSchema = {
  type: 'apiKey',
  in: 'header',
  name: ORDER_TOKEN_HEADER,
  description: "The token of one guest's order, from the response to the order or the link in a mail",
};

/** The ways in which a request may identify its caller, by name. */
export const SECURITY_SCHEMES = {
  accessToken: ACCESS_TOKEN,
  cartToken: CART_TOKEN,
  cartCookie: CART_COOKIE,
  orderToken: ORDER_TOKEN,
} as const;

/** Headers of responses, by name. */
export const HEADERS = {
  RequestId: { description: 'The id of the request in the logs', schema: { type: 'string' } },
  RateLimit: { description: 'The rest of the limit in this window', schema: { type: 'string' } },
  RetryAfter: { description: 'When to try again, in seconds', schema: { type: 'integer' } },
  Location: { description: 'The address of the result', schema: { type: 'string' } },
  ETag: { description: 'The strong entity tag of the body, for If-None-Match', schema: { type: 'string' } },
} as const;
