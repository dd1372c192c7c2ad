import type { Params } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import type { CouponInput } from './coupon.ts';

/** What each kind of coupon cannot do without. */
const NEEDED = { percentage: 'percent', fixed: 'amount', 'free-shipping': undefined } as const;

/** What staff says of a coupon, checked as a whole. @throws invalid-request */
export function inputOf({ code: _, validFrom, validUntil, ...input }: Params<'coupon.put'>): CouponInput {
  const field = NEEDED[input.kind];
  if (field && input[field] === undefined) throw bad(field, `A ${input.kind} coupon needs ${field}.`);
  const [from, until] = [timeOf('validFrom', validFrom), timeOf('validUntil', validUntil)];
  if (from && until && until <= from) throw bad('validUntil', 'A coupon ends after it begins.');
  return { ...input, ...(from ? { validFrom: from } : {}), ...(until ? { validUntil: until } : {}) };
}

/** The pattern lets a 31st of February through, of which Date makes another day or none. */
function timeOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  const said = Number.isNaN(+time) ? '' : time.toISOString();
  if (said.slice(0, 19) !== text.slice(0, 19)) throw bad(field, `There is no such time as ${text}.`);
  return time;
}

const bad = (field: string, detail: string): Error => errors.invalidRequest([{ pointer: `/${field}`, detail }]);
