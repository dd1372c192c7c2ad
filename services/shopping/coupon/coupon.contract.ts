import { contract } from '../../../lib/contract/contract.ts';
import { currencyRule } from '../../../lib/contract/currency.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { timeOrDayRule } from '../../../lib/contract/time.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { idRule } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';

const code = { type: 'string', trim: true, pattern: /^[A-Za-z0-9-]{3,32}$/ } as const;
const whole = { type: 'number', integer: true, min: 1, max: Number.MAX_SAFE_INTEGER } as const;
const kind = { type: 'enum', values: ['percentage', 'fixed', 'free-shipping'] } as const;
const terms = {
  kind,
  /** In basis points: 1000 is 10 %. */
  percent: optional({ ...whole, max: 10_000 }),
  /** In minor units of `currency`, the shop's own when that is left out. */
  amount: optional(whole),
  minimum: optional(whole),
  currency: optional(currencyRule),
  /** A day is one of the shop's time zone: from its beginning, until its end. */
  validFrom: optional(timeOrDayRule),
  validUntil: optional(timeOrDayRule),
  limit: optional(whole),
  perCustomer: optional(whole),
} as const;

const view = {
  type: 'object',
  props: {
    code: 'string',
    ...terms,
    limit: { type: 'number', nullable: true },
    used: 'number',
    createdAt: 'string',
  },
} as const;

const use = { code: 'string', orderId: idRule('ord'), customerId: idRule('cus') } as const;
/** Keyed by the order, so doing it again is safe. */
const keyed = { visibility: 'public', auth: 'internal', idempotent: true, shardKey: 'code' } as const;
const staff = {
  visibility: 'published',
  auth: 'staff',
  scope: 'coupons:read',
  idempotent: true,
  returns: view,
} as const;

export const coupon = contract(
  'coupon',
  {
    put: {
      ...staff,
      scope: 'coupons:write',
      summary: 'Make a coupon, or change its terms',
      rest: 'PUT /v1/admin/coupons/:code',
      params: { code, ...terms },
      problems: ['invalid-request', 'limit-reached', 'unknown-currency'],
    },
    read: {
      ...staff,
      summary: 'A coupon',
      rest: 'GET /v1/admin/coupons/:code',
      params: { code },
      problems: ['not-found'],
    },
    list: {
      ...staff,
      summary: 'All coupons',
      rest: 'GET /v1/admin/coupons',
      params: pageParams,
      returns: pageOf(view),
    },
    terms: {
      summary: 'What coupons take off now, for a customer if one is known',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { codes: { type: 'array', items: 'string', max: 5 }, customerId: optional(idRule('cus')) },
      returns: {
        type: 'array',
        items: {
          type: 'multi',
          rules: [
            {
              type: 'object',
              props: {
                code: 'string',
                kind: { type: 'equal', value: 'percentage' },
                percent: 'number',
                minimum: optional(moneyRule),
              },
            },
            {
              type: 'object',
              props: {
                code: 'string',
                kind: { type: 'equal', value: 'fixed' },
                amount: moneyRule,
                minimum: optional(moneyRule),
              },
            },
            {
              type: 'object',
              props: { code: 'string', kind: { type: 'equal', value: 'free-shipping' }, minimum: optional(moneyRule) },
            },
          ],
        },
      },
      problems: ['coupon-refused'],
    },
    take: {
      ...keyed,
      summary: 'Take a use for an order; again for the same order changes nothing',
      params: use,
      returns: {
        type: 'object',
        props: { outcome: { type: 'enum', values: ['taken', 'used-up', 'already-used', 'closed'] } },
      },
    },
    redeem: { ...keyed, summary: "An order's use is final: it was paid", params: use },
    release: { ...keyed, summary: "Give an order's use back; a later take of that order is refused", params: use },
    giveBack: {
      ...keyed,
      summary: 'Give a redeemed use back, once for each order',
      params: { ...use, until: { type: 'number', integer: true } },
    },
    forget: { ...keyed, summary: 'A giveBack was acknowledged, and will not come again', params: use },
    books: {
      summary: 'All uses as the auditor needs them, page by page by id',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: booksParams,
      returns: booksOf({
        id: 'string',
        code: 'string',
        customerId: 'string',
        limit: 'number',
        available: 'number',
        reserved: 'number',
        sold: 'number',
        res: { type: 'record', key: 'string', value: 'number' },
      }),
    },
  },
  {},
);
