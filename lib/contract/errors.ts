import { Errors } from 'moleculer';
import { plainMoneyText } from '../../services/shared/format.ts';
import type { Money } from '../../services/shared/money.ts';

/** What an error is known by, everywhere: its `type`. Classes do not survive the transporter. */
interface Coded {
  status: number;
  title: string;
  /** Said to the client as Retry-After, in seconds. */
  retryAfter?: number;
}

/** Every problem that a client can meet. docs/problems.md explains each; a test keeps the two alike. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is malformed' },
  'missing-idempotency-key': { status: 400, title: 'The Idempotency-Key header is missing' },
  'invalid-signature': { status: 400, title: 'The signature is wrong' },
  unauthenticated: { status: 401, title: 'Log in first' },
  'wrong-credentials': { status: 401, title: 'E-mail or password is wrong' },
  'invalid-token': { status: 401, title: 'The token is invalid or has expired' },
  'email-not-verified': { status: 403, title: 'Confirm your e-mail address first' },
  'origin-not-allowed': { status: 403, title: 'Pages of this origin may not ask here' },
  'not-purchased': { status: 403, title: 'Only who has bought it may review it' },
  'own-review': { status: 403, title: 'Nobody votes for their own review' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This method is not offered here' },
  'category-cycle': { status: 409, title: 'A category cannot be inside itself' },
  'category-not-empty': { status: 409, title: 'The category is not empty' },
  'product-archived': { status: 409, title: 'The product is archived' },
  'slug-taken': { status: 409, title: 'This slug is taken' },
  'sku-taken': { status: 409, title: 'This SKU belongs to another product' },
  'email-taken': { status: 409, title: 'This e-mail is registered already' },
  'out-of-stock': { status: 409, title: 'Not enough in stock' },
  'in-stock': { status: 409, title: 'It is in stock' },
  'request-in-progress': { status: 409, title: 'The first request with this key is still running', retryAfter: 1 },
  'order-expired': { status: 409, title: 'The order took too long and was given up' },
  'price-changed': { status: 409, title: 'The total is not what you expected' },
  'order-cancelled': { status: 409, title: 'The order was cancelled' },
  'wrong-state': { status: 409, title: 'The order is not in a state for this' },
  'order-open': { status: 409, title: 'There is an order of this cart already' },
  'order-disputed': { status: 409, title: 'The payment of the order is disputed' },
  'orders-open': { status: 409, title: 'There are orders that are not finished' },
  'payment-declined': { status: 402, title: 'The payment was declined' },
  'stale-version': { status: 412, title: 'It was changed meanwhile' },
  'missing-version': { status: 428, title: 'Say which version you have changed' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken here' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'request-timeout': { status: 408, title: 'The request came too slowly' },
  'picture-refused': { status: 422, title: 'The picture cannot be taken' },
  'link-expired': { status: 422, title: 'The link was used already or has expired' },
  'weak-password': { status: 422, title: 'The password is too easy to guess' },
  'empty-cart': { status: 422, title: 'The cart is empty' },
  'cart-not-orderable': { status: 422, title: 'The cart has something that cannot be ordered' },
  'limit-reached': { status: 422, title: 'There is no room for more' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key belongs to another request' },
  'coupon-refused': { status: 422, title: 'The coupon cannot be used' },
  'no-shipping': { status: 422, title: 'It cannot be sent there this way' },
  'total-too-high': { status: 422, title: 'The total is too high' },
  'total-not-payable': { status: 422, title: 'The total cannot be paid here' },
  'unknown-payment-method': { status: 422, title: 'There is no such way to pay' },
  'refund-too-high': { status: 422, title: 'More than was paid cannot be refunded' },
  'unknown-currency': { status: 422, title: 'The shop does not sell in this currency' },
  'not-returnable': { status: 422, title: 'This cannot be returned' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-attempts': { status: 429, title: 'Too many attempts to log in' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'message-too-large': { status: 500, title: 'Too large to be passed on inside the shop' },
  unavailable: { status: 503, title: 'This part of the shop is not reachable right now', retryAfter: 1 },
  overloaded: { status: 503, title: 'The shop has more requests than it can answer', retryAfter: 1 },
} as const satisfies Record<string, Coded>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Why a coupon cannot be used: what a front end tells the shopper. */
export type CouponRefusal =
  | 'unknown'
  | 'not-yet'
  | 'expired'
  | 'minimum'
  | 'used-up'
  | 'already-used'
  | 'combination'
  | 'currency';

/** A field that was refused: an RFC 6901 JSON pointer into the body, or a parameter's name, and why. */
export interface FieldError {
  pointer: string;
  detail: string;
}

function coded(code: ProblemCode, detail: string, data?: Record<string, unknown>): Errors.MoleculerError {
  return new Errors.MoleculerClientError(detail, PROBLEMS[code].status, code, data);
}

/** At overload, a stack would cost a fifth of a refusal, and tells nobody anything. */
function withoutStack(make: () => Errors.MoleculerError): Errors.MoleculerError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const sizeOf = (bytes: number): string =>
  bytes >= 1024 ** 2 ? `${Math.floor(bytes / 1024 ** 2)} MiB` : `${Math.floor(bytes / 1024)} KiB`;

/** Whether an error, of this process or from another node, is the coded one. */
export function isProblem(error: unknown, code: ProblemCode): boolean {
  return error instanceof Error && 'type' in error && error.type === code;
}

/** The expected errors: made here, told apart by `type`, turned into problem+json by the gateway. */
export const errors = {
  invalidRequest: (fields: FieldError[]) =>
    coded('invalid-request', fields.map((field) => field.detail).join(' '), { errors: fields }),
  malformed: (detail: string) => coded('invalid-request', detail),
  missingIdempotencyKey: () =>
    coded(
      'missing-idempotency-key',
      'Send an Idempotency-Key header with a new value, such as a UUID, for each order.',
    ),
  unauthenticated: () => coded('unauthenticated', 'Send an access token: Authorization: Bearer <accessToken>.'),
  wrongCredentials: () => coded('wrong-credentials', 'No customer has this e-mail and password.'),
  invalidToken: () => coded('invalid-token', 'The token is not valid, has expired or was revoked.'),
  notFound: (what = 'What you asked for') => coded('not-found', `${what} does not exist.`),
  methodNotAllowed: (allow: string[]) =>
    coded('method-not-allowed', `This address answers to ${allow.join(', ')}.`, { allow }),
  emailTaken: () => coded('email-taken', 'A customer with this e-mail is registered already. Log in instead.'),
  outOfStock: (items: { sku: string; requested: number; available: number }[]) =>
    coded('out-of-stock', items.map((i) => `Of ${i.sku} ${i.available} of ${i.requested} are available.`).join(' '), {
      items,
    }),
  inStock: (sku: string) => coded('in-stock', `${sku} can be ordered now: there is nothing to wait for.`),
  requestInProgress: () =>
    coded('request-in-progress', 'Ask again with the same Idempotency-Key to get the answer of the first request.'),
  paymentDeclined: (reason: string) =>
    coded('payment-declined', `The payment provider declined: ${reason}.`, { reason }),
  orderExpired: () => coded('order-expired', 'Nothing was charged. Place the order again with a new Idempotency-Key.'),
  /** @param limit in bytes */
  payloadTooLarge: (limit = 100 * 1024) => coded('payload-too-large', `The body may have up to ${sizeOf(limit)} here.`),
  unsupportedMediaType: (types: readonly string[] = ['application/json']) =>
    coded('unsupported-media-type', `Send the body as it is, as Content-Type: ${types.join(', or ')}.`),
  emptyCart: () => coded('empty-cart', 'Put something into the cart before placing an order.'),
  cartNotOrderable: (items: { sku: string }[]) =>
    coded(
      'cart-not-orderable',
      `Not sold, or not in this currency: ${items.map((item) => item.sku).join(', ')}. Remove it first.`,
      {
        items,
      },
    ),
  limitReached: (detail: string) => coded('limit-reached', detail),
  idempotencyKeyReused: () =>
    coded(
      'idempotency-key-reused',
      'The same Idempotency-Key was sent with another body. Use a new key for a new order.',
    ),
  invalidSignature: () => coded('invalid-signature', 'The signature does not belong to this body.'),
  priceChanged: (total: Money) =>
    coded('price-changed', 'Show the shopper the new total, and order again with it.', { total }),
  orderCancelled: () => coded('order-cancelled', 'The order was cancelled before it was paid.'),
  wrongState: (status: string, detail: string) => coded('wrong-state', detail, { orderStatus: status }),
  couponRefused: (code: string, reason: CouponRefusal, detail: string) =>
    coded('coupon-refused', detail, { code, reason }),
  noShipping: (detail: string, methods: string[]) => coded('no-shipping', detail, { methods }),
  totalTooHigh: () =>
    coded('total-too-high', 'The total is more than the shop can account for in one order. Order less at a time.'),
  /** @param limits the smallest and the largest total that can be charged */
  totalNotPayable: (total: Money, limits: { least: Money; largest: Money }) =>
    coded(
      'total-not-payable',
      `${plainMoneyText(total)} cannot be charged: it takes at least ${plainMoneyText(limits.least)} and at most ${plainMoneyText(limits.largest)}.`,
      { total, ...limits },
    ),
  unknownPaymentMethod: (method: string) =>
    coded('unknown-payment-method', `${JSON.stringify(method)} is no way to pay here.`),
  /** @param left of the order; `lines` and `shipping`: of those that more was asked of */
  refundTooHigh: (left: Money, lines: { sku: string; left: Money }[] = [], shipping?: Money) =>
    coded('refund-too-high', 'This is more than is left of what was paid.', {
      left,
      ...(lines.length > 0 ? { lines } : {}),
      ...(shipping ? { shipping } : {}),
    }),
  notReturnable: (items: { sku: string; requested: number; returnable: number }[]) =>
    coded(
      'not-returnable',
      items.map((i) => `Of ${i.sku} ${i.returnable} of ${i.requested} can be returned.`).join(' '),
      { items },
    ),
  unknownCurrency: (currency: string, currencies: readonly string[]) =>
    coded('unknown-currency', `There are prices in ${currencies.join(', ')}, but not in ${currency}.`),
  categoryCycle: (slug: string, parent: string) => coded('category-cycle', `${parent} is ${slug} itself, or in it.`),
  categoryNotEmpty: (detail: string) => coded('category-not-empty', detail),
  archived: () => coded('product-archived', 'Restore it first.'),
  slugTaken: (slug: string) => coded('slug-taken', `Another one has the slug ${slug} already.`),
  skuTaken: (skus: readonly string[]) => coded('sku-taken', `Other products have ${skus.join(', ')} already.`),
  /** @param version the one that it has now */
  staleVersion: (version: number) =>
    coded('stale-version', `It has version ${version} now. Read it again, and make your change to that.`),
  missingVersion: () => coded('missing-version', 'Send the ETag that you have read as If-Match.'),
  emailNotVerified: () =>
    coded('email-not-verified', 'Follow the link in the mail that we have sent you, then log in.'),
  originNotAllowed: () => coded('origin-not-allowed', 'Only the pages of the shop may ask from a browser.'),
  notPurchased: () => coded('not-purchased', 'There is no paid order of yours with this product.'),
  ownReview: () => coded('own-review', 'Whether a review is helpful is for others to say.'),
  orderOpen: (orderId: string, orderStatus: string) =>
    coded(
      'order-open',
      `The cart was ordered as ${orderId}, which is ${orderStatus}. ${
        orderStatus === 'PENDING'
          ? 'Wait for its payment, or cancel it, before ordering again.'
          : 'To order again, read the cart anew.'
      }`,
      { orderId, orderStatus },
    ),
  orderDisputed: (disputes: { id: string; status: string }[]) =>
    coded(
      'order-disputed',
      'The cardholder wants the money back from the bank. Ship it with despiteDispute, or cancel it.',
      {
        disputes,
      },
    ),
  ordersOpen: (orders: string[]) =>
    coded('orders-open', `Cancel ${orders.join(', ')} or wait until they have arrived.`, { orders }),
  uriTooLong: () => coded('uri-too-long', 'An address may have up to 4096 characters.'),
  headersTooLarge: () => coded('headers-too-large', 'The headers may have up to 16 KiB.'),
  requestTimeout: (detail = 'A request has to be sent within 10 seconds.') => coded('request-timeout', detail),
  pictureRefused: (detail: string) => coded('picture-refused', detail),
  linkExpired: () => coded('link-expired', 'Ask for a new one.'),
  weakPassword: (detail: string) => coded('weak-password', detail),
  /** @param retryAfter in seconds */
  rateLimited: (retryAfter: number) => coded('rate-limited', 'Slow down, and try again later.', { retryAfter }),
  /** @param retryAfter in seconds */
  tooManyAttempts: (retryAfter: number) =>
    coded('too-many-attempts', 'Wait before the next attempt, or set a new password.', { retryAfter }),
  /** @param retryAfter in seconds */
  unavailable: (detail: string, retryAfter?: number) =>
    coded('unavailable', detail, retryAfter === undefined ? undefined : { retryAfter }),
  /** @param retryAfter in seconds */
  overloaded: (retryAfter: number) =>
    withoutStack(() =>
      coded('overloaded', 'Nothing was done. Send the same request again after Retry-After.', { retryAfter }),
    ),
  /** What one node would send to another. @param limit in bytes */
  messageTooLarge: (bytes: number, limit: number) =>
    coded(
      'message-too-large',
      `This takes ${(bytes / 1024 ** 2).toFixed(1)} MiB, and nodes of the shop pass on ${sizeOf(limit)} at most. Ask for less at a time.`,
      { bytes, limit },
    ),
  /** @param parts state of each node kind */
  partsMissing: (missing: readonly string[], parts: Record<string, string>) =>
    coded('unavailable', `Not reached: ${missing.join(', ')}.`, { parts }),
};
