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
  const { regions, ranges } = partsOf(zone);
  if (regions && !(region && regions.has(regionKey(region, country)))) return undefined;
  if (ranges) {
    const key = postcode && postcodeKey(postcode, country);
    if (!key || !ranges.some((range) => isInRange(key, range))) return undefined;
  }
  return 1 + (regions ? 1 : 0) + (ranges ? 2 : 0);
}

/** The parts of a country that a zone is limited to, in a form to compare; undefined where it is not limited. */
interface ZoneParts {
  /** By their keys. */
  regions: ReadonlySet<string> | undefined;
  ranges: readonly PostcodeRange[] | undefined;
}

const knownParts = new WeakMap<Zone, ZoneParts>();

/** The parts of a zone that was checked. They are computed once, as each line of each cart is compared with each zone. */
function partsOf(zone: Zone): ZoneParts {
  const known = knownParts.get(zone);
  if (known) return known;
  const { country, regions, postcodes } = zone;
  const parts: ZoneParts = {
    regions: regions && new Set(regions.map((region) => regionKey(region, country))),
    ranges: postcodes?.flatMap((text) => {
      const range = parsePostcodeRange(text, country);
      return 'fault' in range ? [] : [range];
    }),
  };
  knownParts.set(zone, parts);
  return parts;
}
