import { countryData, type Region } from './country-data.ts';

/** Countries that write the code of a region in addresses, such as `Springfield IL 62701`; the others write its name. */
const COUNTRIES_WITH_REGION_CODES: ReadonlySet<string> = new Set(['AU', 'BR', 'CA', 'IT', 'US']);

/** Case, accents, dots and spaces do not matter. */
const comparable = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[\s.'’\-–&,]/gu, '')
    .toLowerCase();

/** The region that a text means: its code, also with the country before it (`US-CA`), or its name in any language. */
export function findRegion(country: string, text: string): Region | undefined {
  const typed = comparable(text);
  const { regions } = countryData(country);
  const hasCode = ({ code }: Region) => [comparable(code), comparable(country + code)].includes(typed);
  const hasName = ({ names }: Region) => Object.values(names).some((name) => name && comparable(name) === typed);
  return regions.find(hasCode) ?? regions.find(hasName);
}

/** The code under which a region is stored, or the text as it was typed where it is not known. */
export const normaliseRegion = (country: string, text: string): string => findRegion(country, text)?.code ?? text;

/** The name of a region in a language: that of the country itself, or else in Latin letters where there are any. */
export function regionName({ names }: Region, country: string, language: string): string {
  const isLocal = language === (countryData(country).language ?? language);
  return names[language] ?? (isLocal ? names.default : (names.latin ?? names.default));
}

/** A stored region as it is written in an address. @param isLatin whether the address is in Latin letters */
export function regionText(country: string, stored: string, isLatin: boolean): string {
  const region = findRegion(country, stored);
  if (!region) return stored;
  if (COUNTRIES_WITH_REGION_CODES.has(country)) return region.code;
  return (isLatin ? region.names.latin : undefined) ?? region.names.default;
}
