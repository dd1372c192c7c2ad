import { protocolErrors } from '../../lib/contract/errors.ts';
import { plainMoneyText } from './format.ts';
import type { Money } from './money.ts';
import { coded } from './problem-codes.ts';

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

/** The expected errors: made here, told apart by `type`, turned into problem+json by the gateway. */
export const errors = {
  ...protocolErrors,
  /** One field of a request is invalid. @param pointer of the field (RFC 6901) */
  invalidField: (pointer: string, detail: string) => protocolErrors.invalidRequest([{ pointer, detail }]),
  wrongCredentials: () => coded('wrong-credentials', 'No customer has this e-mail and password.'),
  emailTaken: () => coded('email-taken', 'A customer with this e-mail is registered already. Log in instead.'),
  outOfStock: (items: { sku: string; requested: number; available: number }[]) =>
    coded('out-of-stock', items.map((i) => `Of ${i.sku} ${i.available} of ${i.requested} are available.`).join(' '), {
      items,
    }),
  inStock: (sku: string) => coded('in-stock', `${sku} can be ordered now: there is nothing to wait for.`),
  paymentDeclined: (reason: string) =>
    coded('payment-declined', `The payment provider declined: ${reason}.`, { reason }),
  orderExpired: () => coded('order-expired', 'Nothing was charged. Place the order again with a new Idempotency-Key.'),
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
  invalidSignature: () => coded('invalid-signature', 'The signature does not belong to this body.'),
  priceChanged: (total: Money) =>
    coded('price-changed', 'Show the shopper the new total, and order again with it.', { total }),
  orderCancelled: () => coded('order-cancelled', 'The order was cancelled before it was paid.'),
  wrongState: (status: string, detail: string) => coded('wrong-state', detail, { orderStatus: status }),
  couponRefused: (code: string, reason: CouponRefusal, detail: string) =>
    coded('coupon-refused', detail, { code, reason }),
  noShipping: (detail: string, methods: string[]) => coded('no-shipping', detail, { methods }),
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
  slugTaken: (slug: string) => coded('slug-taken', `The slug ${slug} is already in use.`),
  /** @param skus the taken ones; empty when the conflict has ended in the meantime */
  skuTaken: (skus: readonly string[]) =>
    coded(
      'sku-taken',
      skus.length > 0
        ? `Other products already have these SKUs: ${skus.join(', ')}.`
        : 'Another product had this slug or one of these SKUs a moment ago. Send the request again.',
    ),
  emailNotVerified: () =>
    coded('email-not-verified', 'Follow the link in the mail that we have sent you, then log in.'),
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
  pictureRefused: (detail: string) => coded('picture-refused', detail),
  linkExpired: () => coded('link-expired', 'Ask for a new one.'),
  weakPassword: (detail: string) => coded('weak-password', detail),
  /** @param retryAfter in seconds */
  tooManyAttempts: (retryAfter: number) =>
    coded('too-many-attempts', 'Wait before the next attempt, or set a new password.', { retryAfter }),
  /** @param parts state of each node kind */
  partsMissing: (missing: readonly string[], parts: Record<string, string>) =>
    coded('unavailable', `Not reached: ${missing.join(', ')}.`, { parts }),
};
