import countries from 'i18n-iso-countries/index.js';
import { isCountry } from '../../../shared/country-names.ts';
import { type PostcodeRange, parsePostcodeRange } from './postcode-range.ts';
import { regionKey, type Zone } from './zone.ts';

/** Common codes that are not in ISO 3166-1, or mean another country there, with the right ones. */
const COMMON_MISTAKES: Readonly<Record<string, string>> = {
  UK: 'GB',
  EL: 'GR',
  EN: 'GB',
  SF: 'FI',
  SU: 'RU',
  YU: 'RS',
};

/** A zone of a rule, with its place in the file. */
export interface PlacedZone {
  zone: Zone;
  place: string;
  /** The part of the rule that has to be unambiguous in each zone, such as its tax class. */
  subject: string;
}

interface PlacedRange extends PostcodeRange {
  place: string;
  text: string;
}

/** The faults of zones, also those that make it unclear which of two rules applies to an address. */
export function* zoneFaults(zones: readonly PlacedZone[]): Generator<string> {
  const places = new Map<string, string>();
  const rangesByGroup = new Map<string, PlacedRange[]>();
  for (const { zone, place, subject } of zones) {
    const { country, regions = [undefined], postcodes } = zone;
    if (country === '*') {
      if (zone.regions || postcodes) yield `'${place}.country' is *, which has no regions and no postcodes.`;
    } else yield* countryFaults(country, `${place}.country`);
    const ranges: PlacedRange[] = [];
    for (const [index, text] of (postcodes ?? []).entries()) {
      const at = `${place}.postcodes[${index}]`;
      const range = parsePostcodeRange(text, country);
      if ('fault' in range) yield `'${at}' is "${text}", which ${range.fault}.`;
      else ranges.push({ ...range, place: at, text });
    }
    for (const [index, region] of regions.entries()) {
      const key = region === undefined ? '' : regionKey(region, country);
      const at = region === undefined ? place : `${place}.regions[${index}]`;
      if (region !== undefined && key === '') yield `'${at}' is empty.`;
      const group = `${subject} in ${country} ${key}`;
      if (postcodes) rangesByGroup.set(group, [...(rangesByGroup.get(group) ?? []), ...ranges]);
      else
        yield* duplicateFaults(
          places,
          group,
          at,
          `${region ? `the region ${region} of ` : ''}${where(subject, country)}`,
        );
    }
  }
  for (const ranges of rangesByGroup.values()) yield* overlapFaults(ranges);
}

const where = (subject: string, country: string) => `country ${country} and ${subject}`;

/** The most specific zone wins, so only zones of the same kind can be ambiguous. */
function* overlapFaults(ranges: readonly PlacedRange[]): Generator<string> {
  let before: PlacedRange | undefined;
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    if (before && range.from <= before.to) {
      yield `'${range.place}' is "${range.text}", which overlaps "${before.text}" of '${before.place}'.`;
    }
    if (!before || range.to > before.to) before = range;
  }
}

export function* countryFaults(code: string, place: string): Generator<string> {
  if (isCountry(code)) return;
  const meant =
    COMMON_MISTAKES[code.toUpperCase()] ?? countries.alpha3ToAlpha2(code.toUpperCase()) ?? code.toUpperCase();
  const hint = isCountry(meant) ? `: write ${meant}` : '';
  yield `'${place}' is ${JSON.stringify(code)}, which is no ISO 3166-1 alpha-2 code${hint}.`;
}

export function* duplicateFaults(
  places: Map<string, string>,
  key: string,
  place: string,
  what: string,
): Generator<string> {
  const first = places.get(key);
  if (first === undefined) places.set(key, place);
  else yield `'${place}' has ${what}, as '${first}' does.`;
}
