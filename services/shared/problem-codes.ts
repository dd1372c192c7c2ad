import { codedErrors, PROTOCOL_PROBLEMS, type ProblemKind } from '../../lib/contract/errors.ts';

/** Every problem that a client can meet. docs/problems.md explains each; a test keeps the two alike. */
export const PROBLEMS = {
  ...PROTOCOL_PROBLEMS,
  'invalid-signature': { status: 400, title: 'The signature is wrong' },
  'wrong-credentials': { status: 401, title: 'E-mail or password is wrong' },
  'email-not-verified': { status: 403, title: 'Confirm your e-mail address first' },
  'not-purchased': { status: 403, title: 'Only who has bought it may review it' },
  'own-review': { status: 403, title: 'Nobody votes for their own review' },
  'category-cycle': { status: 409, title: 'A category cannot be inside itself' },
  'category-not-empty': { status: 409, title: 'The category is not empty' },
  'product-archived': { status: 409, title: 'The product is archived' },
  'slug-taken': { status: 409, title: 'This slug is taken' },
  'sku-taken': { status: 409, title: 'This SKU belongs to another product' },
  'email-taken': { status: 409, title: 'This e-mail is registered already' },
  'out-of-stock': { status: 409, title: 'Not enough in stock' },
  'in-stock': { status: 409, title: 'It is in stock' },
  'order-expired': { status: 409, title: 'The order took too long and was given up' },
  'price-changed': { status: 409, title: 'The total is not what you expected' },
  'order-cancelled': { status: 409, title: 'The order was cancelled' },
  'wrong-state': { status: 409, title: 'The order is not in a state for this' },
  'order-open': { status: 409, title: 'There is an order of this cart already' },
  'order-disputed': { status: 409, title: 'The payment of the order is disputed' },
  'orders-open': { status: 409, title: 'There are orders that are not finished' },
  'payment-declined': { status: 402, title: 'The payment was declined' },
  'picture-refused': { status: 422, title: 'The picture cannot be taken' },
  'link-expired': { status: 422, title: 'The link was used already or has expired' },
  'weak-password': { status: 422, title: 'The password is too easy to guess' },
  'empty-cart': { status: 422, title: 'The cart is empty' },
  'cart-not-orderable': { status: 422, title: 'The cart has something that cannot be ordered' },
  'limit-reached': { status: 422, title: 'There is no room for more' },
  'coupon-refused': { status: 422, title: 'The coupon cannot be used' },
  'no-shipping': { status: 422, title: 'It cannot be sent there this way' },
  'total-too-high': { status: 422, title: 'The total is too high' },
  'total-not-payable': { status: 422, title: 'The total cannot be paid here' },
  'unknown-payment-method': { status: 422, title: 'There is no such way to pay' },
  'refund-too-high': { status: 422, title: 'More than was paid cannot be refunded' },
  'unknown-currency': { status: 422, title: 'The shop does not sell in this currency' },
  'not-returnable': { status: 422, title: 'This cannot be returned' },
  'too-many-attempts': { status: 429, title: 'Too many attempts to log in' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export const coded = codedErrors(PROBLEMS);

/** Whether an error, of this process or from another node, is the coded one. */
export function isProblem(error: unknown, code: ProblemCode): boolean {
  return error instanceof Error && 'type' in error && error.type === code;
}
