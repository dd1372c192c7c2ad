import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { publicRead } from '../../../lib/contract/presets.ts';
import { ADDRESS_FIELD_NAMES } from '../../shared/address-fields.ts';

const country = named('Country', {
  type: 'object',
  props: {
    code: 'string',
    name: 'string',
    /** The fields of an address, in the order of the country. */
    fields: {
      type: 'array',
      items: named('AddressField', {
        type: 'object',
        props: {
          name: { type: 'enum', values: ADDRESS_FIELD_NAMES },
          /** What it is called in the country, in English. */
          label: 'string',
          /** The kind of a postcode, region or city, such as `zip` or `prefecture`: for translating the label. */
          kind: 'string|optional',
          /** A missing region is a warning, any other missing field is refused. */
          isRequired: 'boolean',
          example: 'string|optional',
        },
      }),
    },
    /** The values of `region`. Empty where they are not known. */
    regions: {
      type: 'array',
      items: named('Region', { type: 'object', props: { code: 'string', name: 'string' } }),
    },
  },
});

/** The answer depends on the language. Clients keep it for a day, and then ask whether it is still the same. */
const translated = {
  ...publicRead,
  headers: { acceptLanguage: 'Accept-Language' },
  mayAnswer: [304],
} as const;
const languageParams = {
  /** A language tag such as de or pt-BR (BCP 47). Default: the header Accept-Language. */
  lang: { type: 'string', min: 2, max: 35, optional: true },
  acceptLanguage: { type: 'string', max: 1000, optional: true },
} as const;

export const countries = contract(
  'countries',
  {
    list: {
      ...translated,
      summary: 'List all countries by name, with the fields and regions of their addresses',
      rest: 'GET /v1/countries',
      params: languageParams,
      returns: named('CountryList', {
        type: 'object',
        props: { language: 'string', items: { type: 'array', items: country } },
      }),
    },
    get: {
      ...translated,
      summary: 'Get a country with the fields and regions of its addresses',
      rest: 'GET /v1/countries/:code',
      params: { code: { type: 'string', max: 8 }, ...languageParams },
      returns: country,
      problems: ['not-found'],
    },
  },
  {},
);
