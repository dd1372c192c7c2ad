import type { FieldError } from '../../lib/contract/errors.ts';
import { needsCity, needsRegion } from './address-fields.ts';
import { countryData } from './country-data.ts';
import { isCountry } from './country-names.ts';
import { normalisePostcode } from './postcode.ts';
import { errors } from './problems.ts';
import { findRegion, normaliseRegion } from './regions.ts';
import { normaliseVatId } from './vat-id.ts';

/** A postal address. `country` is ISO 3166-1 alpha-2. */
export interface PostalAddress {
  name: string;
  company?: string | undefined;
  line1: string;
  line2?: string | undefined;
  /** Absent in countries whose addresses have none, such as Singapore. */
  city?: string | undefined;
  /** The ISO 3166-2 code without the country, where the region is known; else as it was typed. */
  region?: string | undefined;
  /** In the usual form of its country. Absent in countries without postcodes. */
  postcode?: string | undefined;
  country: string;
  /** Normalised by `normalisePhone`. */
  phone?: string | undefined;
  /** Of the company, with the prefix of its country. Checked by `normaliseVatId`. */
  vatId?: string | undefined;
}

/**
 * Checks an address. The result has its postcode, region and VAT id in the usual form, and no empty fields.
 * @param at the JSON pointer of the address in the request
 * @throws invalid-request for a country that does not exist, a postcode that its country does not have, a missing city, or
 * a VAT id with a wrong check digit
 */
export function checkAddress<A extends PostalAddress>(input: A, at = ''): A {
  const { postcode: typed, company, phone, city, region, vatId, ...rest } = input;
  const { country } = input;
  checkCountry(country, at);
  const postcode = normalisePostcode(typed, country);
  const vat = vatId ? normaliseVatId(vatId, country) : { vatId: undefined };
  const faults: FieldError[] = [];
  if (!city && needsCity(country)) faults.push({ pointer: `${at}/city`, detail: "The 'city' field is required." });
  if ('refusal' in postcode) faults.push({ pointer: `${at}/postcode`, detail: postcode.refusal });
  if ('refusal' in vat) faults.push({ pointer: `${at}/vatId`, detail: vat.refusal });
  if ('refusal' in postcode || 'refusal' in vat || faults.length > 0) throw errors.invalidRequest(faults);
  return {
    ...rest,
    ...(company && { company }),
    ...(city && { city }),
    ...(region && { region: normaliseRegion(country, region) }),
    ...(postcode.postcode && { postcode: postcode.postcode }),
    ...(phone && { phone }),
    ...(vat.vatId && { vatId: vat.vatId }),
  } as A;
}

/** @param at see `checkAddress`. @throws invalid-request for a country that does not exist */
export function checkCountry(country: string, at = ''): void {
  if (isCountry(country)) return;
  const detail = `country must be an ISO 3166-1 alpha-2 code such as DE, not ${country}.`;
  throw errors.invalidRequest([{ pointer: `${at}/country`, detail }]);
}

/**
 * Possible mistakes in a valid address.
 * @param pointerOf the place of a field that the client can correct
 */
export function addressWarnings(
  { postcode, region, country }: PostalAddress,
  pointerOf = (field: 'postcode' | 'region') => `/${field}`,
): FieldError[] {
  const check = normalisePostcode(postcode, country);
  const postcodeDetail =
    ('refusal' in check ? check.refusal : check.warning) ?? regionMismatch(country, region, postcode);
  const regionDetail = regionDoubt(country, region);
  return [
    ...(postcodeDetail === undefined ? [] : [{ pointer: pointerOf('postcode'), detail: postcodeDetail }]),
    ...(regionDetail === undefined ? [] : [{ pointer: pointerOf('region'), detail: regionDetail }]),
  ];
}

/** A region is never refused: lists of them change, and many addresses are found without one. */
function regionDoubt(country: string, region: string | undefined): string | undefined {
  const { regionKind, regions } = countryData(country);
  const kind = regionKind.replaceAll('_', ' or ');
  if (!region) return needsRegion(country) ? `Addresses in ${country} usually have a ${kind}.` : undefined;
  if (regions.length === 0 || !needsRegion(country) || findRegion(country, region)) return undefined;
  return `${region} is no ${kind} of ${country} that is known here. Is it right?`;
}

function regionMismatch(country: string, region: string | undefined, postcode: string | undefined): string | undefined {
  const known = region && postcode ? findRegion(country, region) : undefined;
  if (!known?.postcodes || known.postcodes.test(postcode ?? '')) return undefined;
  return `The postcode ${postcode} is not in ${known.names.latin ?? known.names.default}. Are both right?`;
}
