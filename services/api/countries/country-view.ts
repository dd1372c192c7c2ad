import { addressFormFields } from '../../shared/address-fields.ts';
import { countryData } from '../../shared/country-data.ts';
import { COUNTRY_CODES, countryNames } from '../../shared/country-names.ts';
import { regionName } from '../../shared/regions.ts';

/** A country with what a form for its addresses needs. @param language BCP 47, of the names */
export function countryView(code: string, language: string, nameOf = countryNames(language)) {
  const [primary = language] = language.split('-');
  const regions = countryData(code).regions.map((region) => ({
    code: region.code,
    name: regionName(region, code, primary),
  }));
  return { code, name: nameOf(code), fields: addressFormFields(code, primary), regions };
}

/** All countries, by name. */
export function countryList(language: string) {
  const nameOf = countryNames(language);
  const { compare } = new Intl.Collator(language);
  const items = COUNTRY_CODES.map((code) => countryView(code, language, nameOf));
  return { language, items: items.sort((a, b) => compare(a.name, b.name)) };
}
