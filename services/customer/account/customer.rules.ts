import { named } from '../../../lib/contract/named.ts';
import { optionalPersonLine, personLine } from '../../../lib/contract/text-rules.ts';
import { optionalPhone } from '../../shared/phone.ts';
import { optionalPostcode } from '../../shared/postcode.ts';
import { optionalVatId } from '../../shared/vat-id.ts';

/** Contract rules of a customer's fields. */

export const name = personLine;
export const newPassword = { type: 'string', min: 10, max: 128 } as const;
/** A password to check: its rules may have been others when it was set. */
export const knownPassword = { type: 'string', max: 1024 } as const;
/** An e-mail address to look up: an invalid one belongs to no account, and gets the same answer. */
export const knownEmail = { type: 'string', max: 254 } as const;

export const profile = named('Customer', {
  type: 'object',
  props: { id: 'string', email: 'string', emailVerified: 'boolean', name: 'string', createdAt: 'string' },
});

/** An address as a customer enters it. */
export const addressInputFields = {
  name: personLine,
  company: optionalPersonLine,
  line1: personLine,
  line2: optionalPersonLine,
  /** Needed where addresses of the country have one. */
  city: optionalPersonLine,
  region: optionalPersonLine,
  /** Needed where the country has postcodes. */
  postcode: optionalPostcode,
  country: {
    type: 'string',
    pattern: /^[A-Z]{2}$/,
    messages: { stringPattern: 'country must be an ISO 3166-1 alpha-2 code such as DE.' },
  },
  phone: optionalPhone,
  vatId: optionalVatId,
} as const;
/** An address as it is sent with an order or a quote. */
export const postalAddressInput = named('PostalAddressInput', { type: 'object', props: addressInputFields });

/** An address as it was stored, by this version or an earlier one with other rules. */
export const addressFields = {
  name: 'string',
  company: 'string|optional',
  line1: 'string',
  line2: 'string|optional',
  city: 'string|optional',
  region: 'string|optional',
  postcode: 'string|optional',
  country: 'string',
  phone: 'string|optional',
  vatId: 'string|optional',
} as const;
export const postalAddress = named('PostalAddress', { type: 'object', props: addressFields });

/** Accepted values that may be mistakes: each with the parameter as a JSON pointer (RFC 6901), and why. */
export const warnings = {
  type: 'array',
  optional: true,
  items: named('Warning', { type: 'object', props: { pointer: 'string', detail: 'string' } }),
} as const;
