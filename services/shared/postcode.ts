import countries from 'i18n-iso-countries/index.js';
import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';
import { optionalPersonLine } from '../../lib/contract/text-rules.ts';
import { normaliseCharacters } from './normalise-characters.ts';
import {
  COUNTRIES_WITH_OPTIONAL_POSTCODES,
  COUNTRIES_WITH_UNCERTAIN_FORMS,
  COUNTRIES_WITHOUT_POSTCODES,
  POSTCODE_EXAMPLES,
} from './postcode-examples.ts';

/** The outcome of a check: the postcode in its usual form, perhaps with a warning, or the reason for refusing it. */
export type PostcodeCheck = { postcode?: string; warning?: string } | { refusal: string };

/**
 * Prefixes that people type before a postcode, besides ISO codes: distinguishing signs of vehicles, and local words.
 */
const COUNTRY_PREFIXES: Readonly<Record<string, string>> = {
  ...{ AT: 'A', BE: 'B', DE: 'D', ES: 'E', FI: 'SF', FR: 'F', HU: 'H', IT: 'I', LI: 'FL', LU: 'L', NO: 'N', PT: 'P' },
  ...{ SE: 'S', SI: 'SLO', VA: 'V', SM: 'RSM', SG: 'S SINGAPORE', GR: 'TK ΤΚ', CY: 'TK ΤΚ', KR: '우 우편번호' },
};
const POSTCODE_WORDS = ['CEP', 'CP', 'CAP', 'PLZ', 'PC', 'PIN', 'PINCODE', 'ZIP', 'ZIPCODE', 'POSTCODE', 'EIRCODE'];

/** Normalises width, case, dashes and spaces. */
const normaliseText = (text: string): string => normaliseCharacters(text).toUpperCase().replaceAll(/\s+/g, ' ');

/** Removes the characters that people type between the parts. */
const removeSeparators = (text: string): string => text.replaceAll(/[\s\-.,:〒()]/g, '');

/** The example postcodes of a country. */
const examplesOf = (country: string): string[] => POSTCODE_EXAMPLES[country]?.split('|') ?? [];

/** The first example, for error messages and forms. */
export const examplePostcode = (country: string): string | undefined => examplesOf(country)[0];

/** The pattern of a postcode: each digit as 9, each letter as A. */
const patternOf = (example: string): string =>
  removeSeparators(example).replaceAll(/\d/g, '9').replaceAll(/[A-Z]/g, 'A');

/** An Irish Eircode: a routing key and four characters, each a letter or a digit. */
const EIRCODE = /^([A-Z]\d[\dW])([\dA-Z]{4})$/;

/** Puts the spaces and dashes of an example into a postcode that has none. */
function formatLike(example: string, bare: string): string {
  let at = 0;
  return example.replaceAll(/[A-Z\d]/g, () => bare[at++] ?? '');
}

/**
 * The postcodes that a text can mean: with and without prefixes, and with the letters that all postcodes of the country
 * begin with.
 */
function candidates(bare: string, country: string): string[] {
  const own = COUNTRY_PREFIXES[country]?.split(' ') ?? [];
  const prefixes = [country, countries.alpha2ToAlpha3(country) ?? '', ...own, ...POSTCODE_WORDS].filter(Boolean);
  const shorter = prefixes.filter((prefix) => bare.startsWith(prefix)).map((prefix) => bare.slice(prefix.length));
  const [fixed = ''] = /^[A-Z]+/.exec(examplesOf(country)[0] ?? '') ?? [];
  const longer =
    fixed === country || POSTCODE_WORDS.includes(fixed) ? [bare, ...shorter].map((one) => fixed + one) : [];
  return [...shorter, bare, ...longer];
}

/** Whether the library accepts the postcode, in countries for which its patterns are reliable. */
function isPossible(country: string, spelled: string, bare: string): boolean {
  if (COUNTRIES_WITH_UNCERTAIN_FORMS.has(country) || !postcodeValidatorExistsForCountry(country)) return true;
  // The library does not know the last four digits of a ZIP+4.
  const spellings = [spelled, bare, spelled.replace(/(?<=^\d{5})-\d{4}$/, '')];
  return spellings.some((one) => postcodeValidator(one, country));
}

/** The usual form of the first candidate that fits an example of the country. */
function findUsualForm(bare: string, country: string): string | undefined {
  for (const candidate of candidates(bare, country)) {
    const eircode = country === 'IE' ? EIRCODE.exec(candidate) : null;
    if (eircode) return `${eircode[1]} ${eircode[2]}`;
    const pattern = patternOf(candidate);
    for (const example of examplesOf(country)) {
      const spelled = formatLike(example, candidate);
      if (patternOf(example) === pattern && isPossible(country, spelled, candidate)) return spelled;
    }
  }
  return undefined;
}

export const hasPostcodes = (country: string): boolean => !COUNTRIES_WITHOUT_POSTCODES.has(country);

/** Whether an address of the country is refused without a postcode. */
export const needsPostcode = (country: string): boolean =>
  examplePostcode(country) !== undefined && hasPostcodes(country) && !COUNTRIES_WITH_OPTIONAL_POSTCODES.has(country);

/** Brings a postcode into the usual form of its country. Case, width, spaces, dashes and prefixes do not matter. */
export function normalisePostcode(text: string | undefined, country: string): PostcodeCheck {
  const typed = normaliseText(text ?? '');
  const bare = removeSeparators(typed);
  const example = examplePostcode(country);
  if (bare === '') {
    if (!needsPostcode(country)) return {};
    return { refusal: `An address in ${country} needs a postcode, such as ${example}.` };
  }
  if (COUNTRIES_WITHOUT_POSTCODES.has(country)) {
    return { postcode: typed, warning: `${country} has no postcodes: the field can be empty.` };
  }
  if (!example) return { postcode: typed };
  const postcode = findUsualForm(bare, country);
  if (postcode !== undefined) return { postcode };
  const forms = examplesOf(country).join(' or ');
  if (COUNTRIES_WITH_UNCERTAIN_FORMS.has(country)) {
    return { postcode: typed, warning: `Postcodes of ${country} usually look like ${forms}. Is this one right?` };
  }
  return { refusal: `This is no postcode of ${country}: it should look like ${forms}.` };
}

/** Removes the invisible characters, such as direction marks, that pasted text can contain, before checking it. */
function checkPostcode(value: unknown, faults: object[], rule: { max: number }, path: string): unknown {
  const visible = typeof value === 'string' ? value.replaceAll(/\p{Cf}/gu, '').trim() : value;
  return optionalPersonLine.custom(visible, faults, rule, path);
}

/** The contract rule of a postcode that may be absent or empty. `normalisePostcode` checks it against its country. */
export const optionalPostcode = { ...optionalPersonLine, max: 16, custom: checkPostcode } as const;
