import countries from 'i18n-iso-countries/index.js';

const DEFAULT_LANGUAGE = 'en';

/** The ISO 3166-1 alpha-2 codes of all countries, with Kosovo's XK, which is in use without being in the standard. */
export const COUNTRY_CODES: readonly string[] = Object.keys(countries.getAlpha2Codes()).sort();

export const isCountry = (code: string): boolean => countries.isValid(code) && /^[A-Z]{2}$/.test(code);

/**
 * The first of the languages in which Node knows the names of countries (CLDR).
 * @param tags BCP 47, the preferred one first; malformed ones are left out
 */
export function languageOf(tags: readonly string[]): string {
  const known = tags.filter((tag) => /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(tag)).flatMap(supportedLocale);
  return known[0] ?? DEFAULT_LANGUAGE;
}

function supportedLocale(tag: string): string[] {
  try {
    return Intl.DisplayNames.supportedLocalesOf(tag);
  } catch {
    return []; // such as a subtag that is there twice
  }
}

/** Names by code, in a language. An unknown code is its own name. */
export function countryNames(language: string): (code: string) => string {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  return (code) => names.of(code) ?? code;
}
