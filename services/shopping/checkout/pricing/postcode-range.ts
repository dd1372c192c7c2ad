import { normalisePostcode } from '../../../shared/postcode.ts';

/** The first and the last key of a range; see `postcodeKey`. */
export interface PostcodeRange {
  from: string;
  to: string;
}

/** Countries with British postcodes: an area, a district that counts as a number, a sector and a unit. */
const BRITISH_COUNTRIES: ReadonlySet<string> = new Set(['GB', 'GG', 'IM', 'JE', 'GI']);
const BRITISH_POSTCODE = /^([A-Z]{1,2})(?:(\d{1,2})([A-Z]?)(?: (\d[A-Z]{0,2}))?)?$/;
const BRITISH_INWARD_LENGTH = 3;
/** Countries whose postcodes are numbers without leading zeros, with the number of digits of the largest. */
const NUMBER_LENGTHS: Readonly<Record<string, number>> = { BH: 4 };
/** Sorts after each character of a postcode. */
const LAST_CHARACTER = '\uffff';

/**
 * A text that sorts as the postcodes of a country do. Most have the same number of digits and letters, so that they
 * sort as texts once spaces and dashes are left out; a longer form, such as ZIP+4, sorts within its shorter one.
 */
export function postcodeKey(postcode: string, country: string): string {
  return keyOf(postcode, country, false);
}

function keyOf(text: string, country: string, isPrefix: boolean): string {
  if (BRITISH_COUNTRIES.has(country)) {
    const british = britishKey(text, isPrefix);
    if (british !== undefined) return british;
  }
  const bare = text.toUpperCase().replaceAll(/[^A-Z\d]/g, '');
  const digits = NUMBER_LENGTHS[country];
  return digits !== undefined && !isPrefix ? bare.padStart(digits, '0') : bare;
}

/** `M2` sorts before `M10`, and `W1` before `W1A`. The prefix `B` is the area of Birmingham alone, without `BT`. */
function britishKey(text: string, isPrefix: boolean): string | undefined {
  const bare = text.toUpperCase().replaceAll(/\s+/g, '');
  const spaced = `${bare.slice(0, -BRITISH_INWARD_LENGTH)} ${bare.slice(-BRITISH_INWARD_LENGTH)}`;
  const [, area, district, letter, inward] = BRITISH_POSTCODE.exec(isPrefix ? text.toUpperCase() : spaced) ?? [];
  if (area === undefined) return undefined;
  const areaKey = area.padEnd(2);
  if (district === undefined) return areaKey;
  const districtKey = areaKey + district.padStart(2, '0');
  if (inward === undefined) return districtKey + letter;
  return `${districtKey}${letter || ' '}${inward}`;
}

/** Parses a postcode, a prefix (`35*`), or a range of both (`10115..14199`, `PA20*..PA78*`). */
export function parsePostcodeRange(text: string, country: string): PostcodeRange | { fault: string } {
  const [first = '', last = first, ...more] = text.split('..').map((end) => end.trim());
  if (more.length > 0) return { fault: 'has more than two ends' };
  const [from, to] = [parseEnd(first, country), parseEnd(last, country)];
  for (const end of [from, to]) if ('fault' in end) return end;
  if ('fault' in from || 'fault' in to) return { fault: 'is no range' };
  if (from.key > to.key) return { fault: `ends before it begins: ${last} sorts before ${first} in ${country}` };
  return { from: from.key, to: to.key + LAST_CHARACTER };
}

/** A prefix has to be marked, so that a postcode that has lost its leading zeros does not count as one. */
function parseEnd(text: string, country: string): { key: string } | { fault: string } {
  if (text.endsWith('*')) {
    const key = keyOf(text.slice(0, -1).trim(), country, true);
    return key === '' ? { fault: 'is a prefix without a character' } : { key };
  }
  const check = normalisePostcode(text, country);
  if ('refusal' in check) return { fault: `is wrong: ${check.refusal.replace(/\.$/, '')}. A prefix ends in *` };
  return { key: postcodeKey(check.postcode ?? text, country) };
}

export const isInRange = (key: string, { from, to }: PostcodeRange): boolean => from <= key && key <= to;
