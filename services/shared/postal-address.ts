import countries from 'i18n-iso-countries/index.js';
import type { FieldError } from '../../lib/contract/errors.ts';
import { normalisePostcode } from './postcode.ts';
import { errors } from './problems.ts';

/** A postal address. `country` is ISO 3166-1 alpha-2. */
export interface PostalAddress {
  name: string;
  company?: string | undefined;
  line1: string;
  line2?: string | undefined;
  city: string;
  region?: string | undefined;
  /** In the usual form of its country. Absent in countries without postcodes. */
  postcode?: string | undefined;
  country: string;
  /** Normalised by `normalisePhone`. */
  phone?: string | undefined;
}

/**
 * Checks an address. The result has its postcode in the usual form, and no empty fields.
 * @param at the JSON pointer of the address in the request
 * @throws invalid-request for a country that does not exist, or a postcode that its country does not have
 */
export function checkAddress<A extends PostalAddress>(input: A, at = ''): A {
  const { postcode: typed, company, phone, ...rest } = input;
  const { country } = input;
  checkCountry(country, at);
  const check = normalisePostcode(typed, country);
  if ('refusal' in check) {
    throw errors.invalidRequest([{ pointer: `${at}/postcode`, detail: check.refusal }]);
  }
  const { postcode } = check;
  return { ...rest, ...(company && { company }), ...(postcode && { postcode }), ...(phone && { phone }) } as A;
}

/** @param at see `checkAddress`. @throws invalid-request for a country that does not exist */
export function checkCountry(country: string, at = ''): void {
  if (countries.isValid(country)) return;
  const detail = `country must be an ISO 3166-1 alpha-2 code such as DE, not ${country}.`;
  throw errors.invalidRequest([{ pointer: `${at}/country`, detail }]);
}

/** Possible mistakes in a valid address. @param pointer to the field that the client can correct */
export function addressWarnings({ postcode, country }: PostalAddress, pointer = '/postcode'): FieldError[] {
  const check = normalisePostcode(postcode, country);
  const detail = 'refusal' in check ? check.refusal : check.warning;
  return detail === undefined ? [] : [{ pointer, detail }];
}
