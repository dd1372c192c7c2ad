import type { Schema } from '../../lib/contract/contract.ts';
import { named } from '../../lib/contract/named.ts';
import { optional } from '../../lib/contract/optional.ts';
import { moneyRule } from './money.ts';
import type { ProblemCode } from './problem-codes.ts';

const listOf = <const R>(items: R) => ({ type: 'array', items }) as const;
const objectOf = <const P>(props: P) => ({ type: 'object', props }) as const;

/** A refused field: an RFC 6901 pointer into the request, and the reason. */
const fieldError = named('FieldError', objectOf({ pointer: 'string', detail: 'string' }));
/** In seconds. */
const retryAfter = { retryAfter: 'number' } as const;

/** The members of problems besides those of RFC 9457, as contract rules. A problem that is not listed has none. */
export const PROBLEM_MEMBERS = {
  'invalid-request': { errors: optional(listOf(fieldError)) },
  'method-not-allowed': { allow: listOf('string') },
  'out-of-stock': {
    items: listOf(named('StockShortage', objectOf({ sku: 'string', requested: 'number', available: 'number' }))),
  },
  'payment-declined': { reason: 'string' },
  'cart-not-orderable': { items: listOf(named('UnorderableItem', objectOf({ sku: 'string' }))) },
  'price-changed': { total: moneyRule },
  'wrong-state': { orderStatus: 'string' },
  'coupon-refused': { code: 'string', reason: 'string' },
  /** The available shipping methods. */
  'no-shipping': { methods: listOf('string') },
  'total-not-payable': { total: moneyRule, least: moneyRule, largest: moneyRule },
  'payment-method-unavailable': { method: 'string', reason: 'string' },
  /**
   * The amounts that can still be refunded: `left` of the order, `lines` and `shipping` of the parts that exceed
   * theirs.
   */
  'refund-too-high': {
    left: moneyRule,
    lines: optional(listOf(named('RefundableLine', objectOf({ sku: 'string', left: moneyRule })))),
    shipping: optional(moneyRule),
  },
  'not-returnable': {
    items: listOf(named('UnreturnableItem', objectOf({ sku: 'string', requested: 'number', returnable: 'number' }))),
  },
  'order-open': { orderId: 'string', orderStatus: 'string' },
  'order-disputed': { disputes: listOf(named('DisputeState', objectOf({ id: 'string', status: 'string' }))) },
  /** Ids of the open orders. */
  'orders-open': { orders: listOf('string') },
  'rate-limited': retryAfter,
  'too-many-attempts': retryAfter,
  overloaded: retryAfter,
  unavailable: {
    retryAfter: optional({ type: 'number' }),
    /** The state of each node kind. */
    parts: { type: 'record', key: 'string', value: 'string', optional: true },
  },
  /** In bytes. */
  'message-too-large': { bytes: 'number', limit: 'number' },
} as const satisfies Partial<Record<ProblemCode, Schema>>;

/** The members of a problem, by field. */
export const membersOf = (code: ProblemCode): Schema =>
  (PROBLEM_MEMBERS as Partial<Record<ProblemCode, Schema>>)[code] ?? {};
