import { contract } from '../../../lib/contract/contract.ts';
import { currencyRule } from '../../../lib/contract/currency.ts';
import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, staff } from '../../../lib/contract/presets.ts';
import { timeOrDayRule } from '../../../lib/contract/time.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { idRule, shopperId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';

const code = { type: 'string', trim: true, pattern: /^[A-Za-z0-9-]{3,32}$/ } as const;
const positiveInteger = { type: 'number', integer: true, min: 1, max: Number.MAX_SAFE_INTEGER } as const;
const kind = named('CouponKind', { type: 'enum', values: ['percentage', 'fixed', 'free-shipping'] });
const terms = {
  kind,
  /** In basis points: 1000 is 10 %. */
  percent: optional({ ...positiveInteger, max: 10_000 }),
  /** In minor units of `currency`, which is the shop's own by default. */
  amount: optional(positiveInteger),
  minimum: optional(positiveInteger),
  currency: optional(currencyRule),
  /** A time, or a day of the shop's time zone: valid from its beginning and until its end. */
  validFrom: optional(timeOrDayRule),
  validUntil: optional(timeOrDayRule),
  limit: optional(positiveInteger),
  perCustomer: optional(positiveInteger),
} as const;

const view = named('Coupon', {
  type: 'object',
  props: {
    code: 'string',
    ...terms,
    limit: { type: 'number', nullable: true },
    used: 'number',
    createdAt: 'string',
  },
});

const use = { code: 'string', orderId: idRule('ord'), customerId: shopperId } as const;
/** Keyed by the order's id, so a repetition is safe. */
const keyed = { ...internal, shardKey: 'code' } as const;
const byStaff = {
  ...staff('coupons:read'),
  idempotent: true,
  returns: view,
} as const;

export const coupon = contract(
  'coupon',
  {
    put: {
      ...byStaff,
      scope: 'coupons:write',
      summary: 'Create a coupon, or change its terms',
      rest: 'PUT /v1/admin/coupons/:code',
      params: { code, ...terms },
      problems: ['invalid-request', 'limit-reached', 'unknown-currency'],
    },
    read: {
      ...byStaff,
      summary: 'Get a coupon',
      rest: 'GET /v1/admin/coupons/:code',
      params: { code },
      problems: ['not-found'],
    },
    list: {
      ...byStaff,
      summary: 'List all coupons',
      rest: 'GET /v1/admin/coupons',
      params: pageParams,
      returns: pageOf(view),
    },
    terms: {
      summary: 'Get the terms of coupons that are valid now, and for this customer',
      ...internal,
      params: { codes: { type: 'array', items: 'string', max: 5 }, customerId: optional(shopperId) },
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
      summary: 'Reserve a use of a coupon for an order, once for each order',
      params: use,
      returns: {
        type: 'object',
        props: { outcome: { type: 'enum', values: ['taken', 'used-up', 'already-used', 'closed'] } },
      },
    },
    redeem: { ...keyed, summary: 'Redeem the reserved use of a paid order', params: use },
    release: { ...keyed, summary: 'Release the reserved use of an order, and refuse a later reservation', params: use },
    giveBack: {
      ...keyed,
      summary: 'Return a redeemed use, once for each order',
      params: { ...use, until: { type: 'number', integer: true } },
    },
    forget: { ...keyed, summary: 'Forget the key of an acknowledged giveBack', params: use },
    books: {
      summary: 'Page through all uses for the auditor, by id',
      ...internal,
      params: auditPageParams,
      returns: auditPageOf({
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
