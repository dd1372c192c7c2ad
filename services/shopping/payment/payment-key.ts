import { idRule } from '../../shared/ids.ts';

/**
 * The idempotency key of a try to pay an order: the order's id for the first try, and `<order's id>_<n>` for the n-th one.
 */
const KEY = new RegExp(`${idRule('ord').pattern.source.slice(0, -1)}(_[1-9]\\d{0,2})?$`);

/** The contract rule of a key. */
export const paymentKeyRule = { type: 'string', pattern: KEY } as const;

/** The key of the n-th try, from 1 on. */
export const paymentKeyOf = (orderId: string, n: number): string => (n === 1 ? orderId : `${orderId}_${n}`);

/** The order that a key belongs to; `undefined` for text that is no key. */
export const orderIdOfKey = (key: string): string | undefined =>
  KEY.test(key) ? key.split('_').slice(0, 2).join('_') : undefined;
