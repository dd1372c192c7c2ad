import type { Params } from '../../../lib/contract/contract.ts';
import { endOf, startOf } from '../../../lib/contract/time.ts';
import { errors } from '../../shared/problems.ts';
import type { CouponInput } from './coupon.ts';

/** The field that each kind of coupon requires. */
const REQUIRED_FIELDS = { percentage: 'percent', fixed: 'amount', 'free-shipping': undefined } as const;

/** The shop's own currency, all its currencies, and the time zone of a coupon's days. */
export interface ShopSettings {
  currency: string;
  currencies: readonly string[];
  timeZone: string;
}

/**
 * The terms of a coupon from staff's request, checked as a whole. Amounts are of the shop's own currency by default.
 * @throws invalid-request, unknown-currency
 */
export function parseCouponInput(
  { code: _, validFrom, validUntil, currency, ...input }: Params<'coupon.put'>,
  shop: ShopSettings,
): CouponInput {
  const field = REQUIRED_FIELDS[input.kind];
  if (field && input[field] === undefined) throw invalidField(field, `A ${input.kind} coupon needs ${field}.`);
  const from = validFrom === undefined ? undefined : startOf('validFrom', validFrom, shop.timeZone);
  const until = validUntil === undefined ? undefined : endOf('validUntil', validUntil, shop.timeZone);
  if (from && until && until <= from) throw invalidField('validUntil', 'The end has to be after the beginning.');
  const hasAmount = input.kind === 'fixed' || input.minimum !== undefined;
  if (currency !== undefined && !hasAmount)
    throw invalidField('currency', 'Only an amount or a minimum has a currency.');
  if (currency !== undefined && !shop.currencies.includes(currency)) {
    throw errors.unknownCurrency(currency, shop.currencies);
  }
  return {
    ...input,
    ...(hasAmount ? { currency: currency ?? shop.currency } : {}),
    ...(from ? { validFrom: from } : {}),
    ...(until ? { validUntil: until } : {}),
  };
}

const invalidField = (field: string, detail: string): Error =>
  errors.invalidRequest([{ pointer: `/${field}`, detail }]);
