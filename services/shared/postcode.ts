import countries from 'i18n-iso-countries';
import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';
import { optionalPersonLine } from '../../lib/contract/text-rules.ts';
import { normaliseCharacters } from './normalise-characters.ts';
import {
  COUNTRIES_WITH_OPTIONAL_POSTCODES,
  COUNTRIES_WITH_UNCERTAIN_FORMS,
  COUNTRIES_WITHOUT_POSTCODES,
  POSTCODE_EXAMPLES,
} from './postcode-examples.ts';

/** What was made of a postcode: its usual form, with a doubt where there is one, or why it is refused. */
export type PostcodeCheck = { postcode?: string; warning?: string } | { refusal: string };

/** What stands before a postcode, beside the codes of its country: distinguishing signs of vehicles, and words. */
const COUNTRY_PREFIXES: Readonly<Record<string, string>> = {
  ...{ AT: 'A', BE: 'B', DE: 'D', ES: 'E', FI: 'SF', FR: 'F', HU: 'H', IT: 'I', LI: 'FL', LU: 'L', NO: 'N', PT: 'P' },
  ...{ SE: 'S', SI: 'SLO', VA: 'V', SM: 'RSM', SG: 'S SINGAPORE', GR: 'TK ΤΚ', CY: 'TK ΤΚ', KR: '우 우편번호' },
};
const POSTCODE_WORDS = ['CEP', 'CP', 'CAP', 'PLZ', 'PC', 'PIN', 'PINCODE', 'ZIP', 'ZIPCODE', 'POSTCODE', 'EIRCODE'];

/** One width, one case, one kind of dash, single spaces. */
const normaliseText = (text: string): string => normaliseCharacters(text).toUpperCase().replaceAll(/\s+/g, ' ');

/** Without what people write between the parts. */
const removeSeparators = (text: string): string => text.replaceAll(/[\s\-.,:〒()]/g, '');

const examplesOf = (country: string): string[] => POSTCODE_EXAMPLES[country]?.split('|') ?? [];

/** The first form, as an example for people. */
const examplePostcode = (country: string): string | undefined => examplesOf(country)[0];

const patternOf = (example: string): string =>
  removeSeparators(example).replaceAll(/\d/g, '9').replaceAll(/[A-Z]/g, 'A');

/** An Eircode is a routing key and four characters, each of which may be a letter or a digit. */
const EIRCODE = /^([A-Z]\d[\dW])([\dA-Z]{4})$/;

/** Puts the spaces and dashes of an example into a postcode that has none. */
function formatLike(example: string, bare: string): string {
  let at = 0;
  return example.replaceAll(/[A-Z\d]/g, () => bare[at++] ?? '');
}

/** What may be meant: with or without the country before it, or the letters that each postcode of it begins with. */
function candidates(bare: string, country: string): string[] {
  const own = COUNTRY_PREFIXES[country]?.split(' ') ?? [];
  const signs = [country, countries.alpha2ToAlpha3(country) ?? '', ...own, ...POSTCODE_WORDS].filter(Boolean);
  const shorter = signs.filter((sign) => bare.startsWith(sign)).map((sign) => bare.slice(sign.length));
  const [fixed = ''] = /^[A-Z]+/.exec(examplesOf(country)[0] ?? '') ?? [];
  const longer =
    fixed === country || POSTCODE_WORDS.includes(fixed) ? [bare, ...shorter].map((one) => fixed + one) : [];
  return [...shorter, bare, ...longer];
}

/** Whether there can be such a postcode, where the library's pattern of the country can be trusted. */
function isPossible(country: string, spelled: string, bare: string): boolean {
  if (COUNTRIES_WITH_UNCERTAIN_FORMS.has(country) || !postcodeValidatorExistsForCountry(country)) return true;
  // The last four digits of a ZIP+4 are the carrier's own.
  const spellings = [spelled, bare, spelled.replace(/(?<=^\d{5})-\d{4}$/, '')];
  return spellings.some((one) => postcodeValidator(one, country));
}

function findUsualForm(bare: string, country: string): string | undefined {
  for (const reading of candidates(bare, country)) {
    const eircode = country === 'IE' ? EIRCODE.exec(reading) : null;
    if (eircode) return `${eircode[1]} ${eircode[2]}`;
    const shape = patternOf(reading);
    for (const example of examplesOf(country)) {
      const spelled = formatLike(example, reading);
      if (patternOf(example) === shape && isPossible(country, spelled, reading)) return spelled;
    }
  }
  return undefined;
}

/** A postcode in the usual form of its country, whatever its case, width, spaces, dashes and prefix. */
export function normalisePostcode(text: string | undefined, country: string): PostcodeCheck {
  const typed = normaliseText(text ?? '');
  const bare = removeSeparators(typed);
  const example = examplePostcode(country);
  if (bare === '') {
    if (!example || COUNTRIES_WITHOUT_POSTCODES.has(country) || COUNTRIES_WITH_OPTIONAL_POSTCODES.has(country))
      return {};
    return { refusal: `An address in ${country} needs a postcode, such as ${example}.` };
  }
  if (COUNTRIES_WITHOUT_POSTCODES.has(country)) {
    return { postcode: typed, warning: `${country} has no postcodes: this can be left out.` };
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

/** What is pasted has marks of direction and the like around it, which are not seen: they are no fault of a person. */
function checkPostcode(value: unknown, faults: object[], rule: { max: number }, path: string): unknown {
  const seen = typeof value === 'string' ? value.replaceAll(/\p{Cf}/gu, '').trim() : value;
  return optionalPersonLine.custom(seen, faults, rule, path);
}

/** Contract rule of a postcode that may be left out or empty; `spellPostcode` says whether there is such a one. */
export const optionalPostcode = { ...optionalPersonLine, max: 16, custom: checkPostcode } as const;
