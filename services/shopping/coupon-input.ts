import type { Params } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { timeOf } from '../../lib/time.ts';
import type { CouponInput } from './coupon.ts';

/** What each kind of coupon cannot do without. */
const NEEDED = { percentage: 'percent', fixed: 'amount', 'free-shipping': undefined } as const;

/** What staff says of a coupon, checked as a whole. @throws invalid-request */
export function inputOf({ code: _, validFrom, validUntil, ...input }: Params<'coupon.put'>): CouponInput {
  const field = NEEDED[input.kind];
  if (field && input[field] === undefined) throw bad(field, `A ${input.kind} coupon needs ${field}.`);
  const from = validFrom === undefined ? undefined : timeOf('validFrom', validFrom);
  const until = validUntil === undefined ? undefined : timeOf('validUntil', validUntil);
  if (from && until && until <= from) throw bad('validUntil', 'A coupon ends after it begins.');
  return { ...input, ...(from ? { validFrom: from } : {}), ...(until ? { validUntil: until } : {}) };
}

const bad = (field: string, detail: string): Error => errors.invalidRequest([{ pointer: `/${field}`, detail }]);
