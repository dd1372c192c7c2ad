import { findRegion } from '../../../shared/regions.ts';
import { isInRange, type PostcodeRange, parsePostcodeRange, postcodeKey } from './postcode-range.ts';

/** The place that taxes and shipping fees depend on: an address, or the part of one that is known. */
export interface Destination {
  /** ISO 3166-1 alpha-2. */
  country: string;
  region?: string | undefined;
  /** In the usual form of its country. */
  postcode?: string | undefined;
}

/** A country, or the part of one that its regions and its postcodes have in common. */
export interface Zone {
  /** ISO 3166-1 alpha-2; in taxes also `*`. */
  country: string;
  /** Names or codes, in any spelling that addresses have. */
  regions?: string[] | undefined;
  /** Postcodes, prefixes such as `35*`, and ranges such as `10115..14199`. */
  postcodes?: string[] | undefined;
}

/**
 * Compares regions: by their ISO 3166-2 codes, and those that are not known without case, accents and punctuation, and
 * without the country before a code.
 */
export function regionKey(region: string, country: string): string {
  const known = findRegion(country, region);
  if (known) return known.code;
  const words = region
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return words.startsWith(`${country} `) ? words.slice(country.length + 1) : words;
}

/**
 * How closely a zone describes a destination: postcodes and regions before postcodes, before regions, before the
 * country, before `*`. Undefined: the destination is not in the zone.
 */
export function specificityOf(zone: Zone, { country, region, postcode }: Destination): number | undefined {
  if (zone.country === '*') return 0;
  if (zone.country !== country) return undefined;
  const { regions, postcodes } = zone;
  if (regions && !(region && regions.some((one) => regionKey(one, country) === regionKey(region, country)))) {
    return undefined;
  }
  if (postcodes) {
    const key = postcode && postcodeKey(postcode, country);
    if (!key || !rangesOf(zone).some((range) => isInRange(key, range))) return undefined;
  }
  return 1 + (regions ? 1 : 0) + (postcodes ? 2 : 0);
}

const rangesByZone = new WeakMap<Zone, PostcodeRange[]>();

/** The ranges of a zone that was checked. They are parsed once. */
function rangesOf(zone: Zone): PostcodeRange[] {
  const known = rangesByZone.get(zone);
  if (known) return known;
  const ranges = (zone.postcodes ?? []).flatMap((text) => {
    const range = parsePostcodeRange(text, zone.country);
    return 'fault' in range ? [] : [range];
  });
  rangesByZone.set(zone, ranges);
  return ranges;
}
