import { codedErrors, PROTOCOL_PROBLEMS, type ProblemKind } from '../../lib/contract/errors.ts';

/** All problems that a client can get. docs/problems.md explains each one; a test compares the two. */
export const PROBLEMS = {
  ...PROTOCOL_PROBLEMS,
  'invalid-signature': { status: 400, title: 'The signature is wrong' },
  'wrong-credentials': { status: 401, title: 'E-mail or password is wrong' },
  'email-not-verified': { status: 403, title: 'Confirm your e-mail address first' },
  'guest-checkout-disabled': { status: 403, title: 'Guests cannot order here' },
  'not-purchased': { status: 403, title: 'Only customers who bought the product can review it' },
  'own-review': { status: 403, title: 'You cannot vote for your own review' },
  'category-cycle': { status: 409, title: 'A category cannot be inside itself' },
  'category-not-empty': { status: 409, title: 'The category is not empty' },
  'product-archived': { status: 409, title: 'The product is archived' },
  'slug-taken': { status: 409, title: 'This slug is taken' },
  'sku-taken': { status: 409, title: 'This SKU belongs to another product' },
  'email-taken': { status: 409, title: 'This e-mail address is registered already' },
  'out-of-stock': { status: 409, title: 'Not enough in stock' },
  'in-stock': { status: 409, title: 'The product is in stock' },
  'order-expired': { status: 409, title: 'The order has expired' },
  'price-changed': { status: 409, title: 'The total has changed' },
  'order-cancelled': { status: 409, title: 'The order was cancelled' },
  'wrong-state': { status: 409, title: 'Not possible in the current state of the order' },
  'order-open': { status: 409, title: 'The cart is ordered already' },
  'hold-replaced': { status: 409, title: 'Another request has changed the hold' },
  'order-disputed': { status: 409, title: 'The payment of the order is disputed' },
  'orders-open': { status: 409, title: 'There are open orders' },
  'payment-declined': { status: 402, title: 'The payment was declined' },
  'picture-refused': { status: 422, title: 'The picture cannot be used' },
  'link-expired': { status: 422, title: 'The link was used or has expired' },
  'weak-password': { status: 422, title: 'The password is too easy to guess' },
  'empty-cart': { status: 422, title: 'The cart is empty' },
  'cart-not-orderable': { status: 422, title: 'The cart has items that cannot be ordered' },
  'limit-reached': { status: 422, title: 'A limit is reached' },
  'coupon-refused': { status: 422, title: 'The coupon cannot be used' },
  'no-shipping': { status: 422, title: 'No shipping to this address' },
  'total-too-high': { status: 422, title: 'The total is too high' },
  'total-not-payable': { status: 422, title: 'The total cannot be charged' },
  'unknown-payment-method': { status: 422, title: 'Unknown payment method' },
  'payment-method-unavailable': { status: 422, title: 'The payment method cannot be used for this order' },
  'refund-too-high': { status: 422, title: 'The refund is too high' },
  'unknown-currency': { status: 422, title: 'Unknown currency' },
  'not-returnable': { status: 422, title: 'The items cannot be returned' },
  'too-many-attempts': { status: 429, title: 'Too many attempts to log in' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export const coded = codedErrors(PROBLEMS);

/** Whether an error, also one from another node, has this code. */
export function isProblem(error: unknown, code: ProblemCode): boolean {
  return error instanceof Error && 'type' in error && error.type === code;
}
