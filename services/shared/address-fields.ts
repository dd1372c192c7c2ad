import { countryData } from './country-data.ts';
import { examplePostcode, hasPostcodes, needsPostcode } from './postcode.ts';

/** The fields of a postal address, the country left out. */
export const ADDRESS_FIELD_NAMES = [
  'name',
  'company',
  'line1',
  'line2',
  'city',
  'region',
  'postcode',
  'phone',
  'vatId',
] as const;
type FieldName = (typeof ADDRESS_FIELD_NAMES)[number];

/** A field of an address form. */
export interface AddressField {
  name: FieldName;
  /** What it is called in the country, in English. */
  label: string;
  /** The kind of a postcode, region or city, such as `zip` or `prefecture`, by which a front end translates the label. */
  kind?: string;
  isRequired: boolean;
  /** A postcode of the country. */
  example?: string;
}

const POSTCODE_LABELS: Readonly<Record<string, string>> = {
  ...{ postal: 'Postcode', zip: 'ZIP code', pin: 'PIN code', eircode: 'Eircode' },
};
/** Labels that are not the kind itself. */
const PLACE_LABELS: Readonly<Record<string, string>> = { do_si: 'Province or city', post_town: 'Post town' };

/** The fields by the letters of a template. */
const FIELDS_BY_LETTER: Readonly<Record<string, readonly FieldName[]>> = {
  ...{ N: ['name'], O: ['company'], A: ['line1', 'line2'], C: ['city'], S: ['region'], Z: ['postcode'] },
};
const ALWAYS_REQUIRED: ReadonlySet<string> = new Set(['name', 'line1']);

/** Whether an address of the country needs a city; in Singapore or Japan there is no field for it. */
export function needsCity(country: string): boolean {
  const { format, required } = countryData(country);
  return format.includes('%C') && required.includes('C');
}

/** Whether addresses of the country have a region, by libaddressinput. */
export const needsRegion = (country: string): boolean => countryData(country).required.includes('S');

/**
 * The fields of an address of a country, in the order in which it is written there.
 * @param language of the reader: a Japanese address begins with the postcode for those who read Japanese
 */
export function addressFormFields(country: string, language: string): AddressField[] {
  const data = countryData(country);
  const template = language === data.language ? data.format : data.latinFormat;
  const named = [...template.matchAll(/%([A-Z])/g)].flatMap(([, letter = '']) => FIELDS_BY_LETTER[letter] ?? []);
  if (!named.includes('company')) named.splice(named.indexOf('name') + 1, 0, 'company');
  const withPostcode: FieldName[] = named.includes('postcode') ? named : [...named, 'postcode'];
  const names = withPostcode.filter((name) => name !== 'postcode' || hasPostcodes(country));
  return [...new Set<FieldName>([...names, 'phone', 'vatId'])].map((name) => fieldOf(name, country));
}

function fieldOf(name: FieldName, country: string): AddressField {
  const { postcodeKind, regionKind, cityKind } = countryData(country);
  switch (name) {
    case 'postcode': {
      const example = examplePostcode(country);
      const label = POSTCODE_LABELS[postcodeKind] ?? 'Postcode';
      return { name, label, kind: postcodeKind, isRequired: needsPostcode(country), ...(example && { example }) };
    }
    case 'region':
      return { name, label: placeLabel(regionKind), kind: regionKind, isRequired: needsRegion(country) };
    case 'city':
      return { name, label: placeLabel(cityKind), kind: cityKind, isRequired: needsCity(country) };
    default:
      return { name, label: LABELS[name], isRequired: ALWAYS_REQUIRED.has(name) };
  }
}

const LABELS = {
  name: 'Name',
  company: 'Company',
  line1: 'Address',
  line2: 'Address, second line',
  phone: 'Phone',
  vatId: 'VAT id',
} as const;

/** The word for a kind of region or city, as a label. */
const placeLabel = (kind: string): string => PLACE_LABELS[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1);
