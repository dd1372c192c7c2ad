import { protocolErrors } from '../../lib/contract/errors.ts';
import { plainMoneyText } from './format.ts';
import type { Money } from './money.ts';
import { coded } from './problem-codes.ts';

/** The reason why a coupon cannot be used. Front ends show it to the shopper. */
export type CouponRefusal =
  | 'unknown'
  | 'not-yet'
  | 'expired'
  | 'minimum'
  | 'used-up'
  | 'already-used'
  | 'combination'
  | 'currency';

/** Why a payment method cannot be used for an order. */
export const PAYMENT_METHOD_REFUSALS = [
  'total-too-low',
  'total-too-high',
  'currency',
  'country',
  'not-allowed',
  'switched-off',
] as const;
export type PaymentMethodRefusal = (typeof PAYMENT_METHOD_REFUSALS)[number];

/** Makes the expected errors. Callers distinguish them by `type`; the gateway answers them as problem+json. */
export const errors = {
  ...protocolErrors,
  /** One field of a request is invalid. @param pointer of the field (RFC 6901) */
  invalidField: (pointer: string, detail: string) => protocolErrors.invalidRequest([{ pointer, detail }]),
  wrongCredentials: () => coded('wrong-credentials', 'No customer has this e-mail address and password.'),
  emailTaken: () => coded('email-taken', 'Log in, or reset the password.'),
  outOfStock: (items: { sku: string; requested: number; available: number }[]) =>
    coded('out-of-stock', items.map((i) => `${i.sku}: ${i.available} of ${i.requested} available.`).join(' '), {
      items,
    }),
  inStock: (sku: string) => coded('in-stock', `${sku} can be ordered now, so it needs no stock alert.`),
  paymentDeclined: (reason: string) =>
    coded('payment-declined', `The payment provider declined: ${reason}.`, { reason }),
  orderExpired: () => coded('order-expired', 'Nothing was charged. Place the order again with a new Idempotency-Key.'),
  emptyCart: () => coded('empty-cart', 'Add items to the cart first.'),
  cartNotOrderable: (items: { sku: string }[]) =>
    coded(
      'cart-not-orderable',
      `Not sold, or not in this currency: ${items.map((item) => item.sku).join(', ')}. Remove these items first.`,
      {
        items,
      },
    ),
  limitReached: (detail: string) => coded('limit-reached', detail),
  invalidSignature: () => coded('invalid-signature', 'The signature does not belong to this body.'),
  priceChanged: (total: Money) =>
    coded('price-changed', 'Show the shopper the new total, and order again with it as expectedTotal.', { total }),
  orderCancelled: () => coded('order-cancelled', 'The order was cancelled before it was paid.'),
  wrongState: (status: string, detail: string) => coded('wrong-state', detail, { orderStatus: status }),
  couponRefused: (code: string, reason: CouponRefusal, detail: string) =>
    coded('coupon-refused', detail, { code, reason }),
  noShipping: (detail: string, methods: string[]) => coded('no-shipping', detail, { methods }),
  /** @param limits the lowest and the highest total that can be charged */
  totalNotPayable: (total: Money, limits: { least: Money; largest: Money }) =>
    coded(
      'total-not-payable',
      `The total is ${plainMoneyText(total)}. It has to be from ${plainMoneyText(limits.least)} to ${plainMoneyText(limits.largest)}.`,
      { total, ...limits },
    ),
  unknownPaymentMethod: (method: string) =>
    coded('unknown-payment-method', `The payment method ${JSON.stringify(method)} does not exist.`),
  paymentMethodUnavailable: (method: string, reason: PaymentMethodRefusal) =>
    coded('payment-method-unavailable', `The payment method ${JSON.stringify(method)} cannot be used: ${reason}.`, {
      method,
      reason,
    }),
  /**
   * @param left the rest of the order
   * @param lines the rests of lines that are exceeded
   * @param shipping the rest of the delivery, if exceeded
   */
  refundTooHigh: (left: Money, lines: { sku: string; left: Money }[] = [], shipping?: Money) =>
    coded('refund-too-high', 'The refund exceeds the rest of the paid amount.', {
      left,
      ...(lines.length > 0 ? { lines } : {}),
      ...(shipping ? { shipping } : {}),
    }),
  notReturnable: (items: { sku: string; requested: number; returnable: number }[]) =>
    coded(
      'not-returnable',
      items.map((i) => `${i.sku}: ${i.returnable} of ${i.requested} can be returned.`).join(' '),
      { items },
    ),
  unknownCurrency: (currency: string, currencies: readonly string[]) =>
    coded('unknown-currency', `The shop sells in ${currencies.join(', ')}, not in ${currency}.`),
  categoryCycle: (slug: string, parent: string) =>
    coded('category-cycle', `The parent ${parent} is ${slug} itself, or inside it.`),
  categoryNotEmpty: (detail: string) => coded('category-not-empty', detail),
  archived: () => coded('product-archived', 'Restore the product first.'),
  slugTaken: (slug: string) => coded('slug-taken', `The slug ${slug} is already in use.`),
  /** @param skus the taken ones; empty when the conflict has ended in the meantime */
  skuTaken: (skus: readonly string[]) =>
    coded(
      'sku-taken',
      skus.length > 0
        ? `Other products already have these SKUs: ${skus.join(', ')}.`
        : 'Another product had this slug or one of these SKUs a moment ago. Send the request again.',
    ),
  emailNotVerified: () => coded('email-not-verified', 'Follow the link in the confirmation mail, then log in.'),
  guestCheckoutDisabled: () =>
    coded('guest-checkout-disabled', 'This shop takes orders of customers with an account. Register, or log in.'),
  notPurchased: () => coded('not-purchased', 'You have no paid order with this product.'),
  ownReview: () => coded('own-review', 'Only other customers can vote for this review.'),
  orderOpen: (orderId: string, orderStatus: string) =>
    coded(
      'order-open',
      `The order ${orderId} of this cart is ${orderStatus}. ${
        orderStatus === 'PENDING'
          ? 'Wait for its payment, or cancel it, before you order again.'
          : 'Get the cart again before you order again.'
      }`,
      { orderId, orderStatus },
    ),
  holdReplaced: () => coded('hold-replaced', 'Get the hold that the customer has now, or send the request again.'),
  orderDisputed: (disputes: { id: string; status: string }[]) =>
    coded(
      'order-disputed',
      'The cardholder disputes the payment at the bank. Ship the order with despiteDispute, or cancel it.',
      {
        disputes,
      },
    ),
  ordersOpen: (orders: string[]) =>
    coded('orders-open', `Cancel the orders ${orders.join(', ')}, or wait until they are delivered.`, { orders }),
  pictureRefused: (detail: string) => coded('picture-refused', detail),
  linkExpired: () => coded('link-expired', 'Request a new link.'),
  weakPassword: (detail: string) => coded('weak-password', detail),
  /** @param retryAfter in seconds */
  tooManyAttempts: (retryAfter: number) =>
    coded('too-many-attempts', 'Wait before the next attempt, or reset the password.', { retryAfter }),
  /** @param parts the state of each node kind */
  partsMissing: (missing: readonly string[], parts: Record<string, string>) =>
    coded('unavailable', `Not reached: ${missing.join(', ')}.`, { parts }),
};
