import countries from 'i18n-iso-countries';
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
  /** As its country writes it; absent where there is none. */
  postcode?: string | undefined;
  country: string;
  /** As `foldPhone` makes it. */
  phone?: string | undefined;
}

/**
 * An address as it may be sent to, with its postcode in the usual form, and without what was left empty.
 * @param at where it is in the request, as a JSON pointer
 * @throws invalid-request for a country that does not exist, or a postcode that its country does not have
 */
export function checkAddress<A extends PostalAddress>(input: A, at = ''): A {
  const { postcode: typed, company, phone, ...rest } = input;
  const { country } = input;
  if (!countries.isValid(country)) {
    const detail = `country must be an ISO 3166-1 alpha-2 code such as DE, not ${country}.`;
    throw errors.invalidRequest([{ pointer: `${at}/country`, detail }]);
  }
  const spelling = normalisePostcode(typed, country);
  if ('refusal' in spelling) {
    throw errors.invalidRequest([{ pointer: `${at}/postcode`, detail: spelling.refusal }]);
  }
  const { postcode } = spelling;
  return { ...rest, ...(company && { company }), ...(postcode && { postcode }), ...(phone && { phone }) } as A;
}

/** What may be a mistake in an address that was taken. @param pointer to what the client would correct */
export function addressWarnings({ postcode, country }: PostalAddress, pointer = '/postcode'): FieldError[] {
  const spelling = normalisePostcode(postcode, country);
  const detail = 'refusal' in spelling ? spelling.refusal : spelling.warning;
  return detail === undefined ? [] : [{ pointer, detail }];
}
