import { checkCountry } from '../../shared/postal-address.ts';
import { normalisePostcode } from '../../shared/postcode.ts';
import { errors } from '../../shared/problems.ts';
import { normaliseRegion } from '../../shared/regions.ts';
import type { PricingRules } from './pricing/rules.ts';
import type { Destination, Zone } from './pricing/zone.ts';

/** The parts of a destination that a quote can do without. */
export const REFINEMENTS = ['region', 'postcode'] as const;
type Refinement = (typeof REFINEMENTS)[number];

/**
 * Checks a destination of which the address is not known yet. The result has its postcode and region in the usual form, and no
 * empty fields.
 * @throws invalid-request
 */
export function checkDestination({ country, region, postcode: typed }: Destination): Destination {
  checkCountry(country);
  const check = typed ? normalisePostcode(typed, country) : {};
  if ('refusal' in check) throw errors.invalidField('/postcode', check.refusal);
  const { postcode } = check;
  return { country, ...(region && { region: normaliseRegion(country, region) }), ...(postcode && { postcode }) };
}

/** The unknown parts of a destination on which a tax or a shipping fee in its country depends. */
export function refinementsOf({ tax, shipping }: PricingRules, destination: Destination): Refinement[] {
  const zones: Zone[] = [...tax, ...shipping.flatMap(({ zones = [], except = [] }) => [...zones, ...except])];
  const inCountry = zones.filter(({ country }) => country === destination.country);
  return REFINEMENTS.filter((part) => {
    if (destination[part]) return false;
    return inCountry.some(({ regions, postcodes }) => (part === 'region' ? regions : postcodes) !== undefined);
  });
}
