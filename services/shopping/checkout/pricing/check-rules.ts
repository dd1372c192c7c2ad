import countries from 'i18n-iso-countries/index.js';
import { isCurrency } from '../../../../lib/contract/currency.ts';
import type { PricingRules, ShippingRule, TaxRule } from './rules.ts';

const COUNTRY_CODES: ReadonlySet<string> = new Set(Object.keys(countries.getAlpha2Codes()));
/** Common codes that are not in ISO 3166-1, or mean another country there, with the right ones. */
const COMMON_MISTAKES: Readonly<Record<string, string>> = {
  UK: 'GB',
  EL: 'GR',
  EN: 'GB',
  SF: 'FI',
  SU: 'RU',
  YU: 'RS',
};

/** The part of PRICING_FILE for one currency. */
type CurrencyRules = Pick<PricingRules, 'shipping'> & Partial<Pick<PricingRules, 'taxIncluded'>>;

/** The content of PRICING_FILE: the rules in the shop's own currency, and the differences of other currencies. */
export interface RulesFile extends PricingRules {
  currencies?: Record<string, CurrencyRules>;
}

/**
 * Finds the first fault of rules whose fields have the right types. Its text has its place, such as `tax[2].country`.
 */
export function findFault({ tax, shipping, currencies = {} }: RulesFile): string | undefined {
  for (const fault of faults(tax, shipping, currencies)) return fault;
  return undefined;
}

function* faults(tax: TaxRule[], shipping: ShippingRule[], currencies: Record<string, CurrencyRules>) {
  yield* taxFaults(tax);
  yield* shippingFaults(shipping, 'shipping');
  for (const [code, rules] of Object.entries(currencies)) {
    if (!isCurrency(code)) yield `'currencies.${code}': ${code} is no currency in use by ISO 4217.`;
    yield* shippingFaults(rules.shipping, `currencies.${code}.shipping`);
  }
}

function* taxFaults(tax: readonly TaxRule[]): Generator<string> {
  const places = new Map<string, string>();
  for (const [index, { country, taxClass }] of tax.entries()) {
    const place = `tax[${index}]`;
    if (country !== '*') yield* countryFaults(country, `${place}.country`);
    yield* duplicateFaults(places, `${country} ${taxClass}`, place, `country ${country} and taxClass ${taxClass}`);
  }
}

function* shippingFaults(shipping: readonly ShippingRule[], field: string): Generator<string> {
  const places = new Map<string, string>();
  for (const [index, { id, title, countries: to, bands }] of shipping.entries()) {
    const place = `${field}[${index}]`;
    yield* duplicateFaults(places, id, `${place}.id`, `the id ${id}`);
    if (title.trim() === '') yield `'${place}.title' is empty.`;
    const known = new Map<string, string>();
    for (const [which, country] of (to ?? []).entries()) {
      const at = `${place}.countries[${which}]`;
      if (country === '*') yield `'${at}' is *: leave 'countries' out to ship everywhere.`;
      yield* countryFaults(country, at);
      yield* duplicateFaults(known, country, at, country);
    }
    yield* bandFaults(bands, `${place}.bands`);
  }
}

function* bandFaults(bands: ShippingRule['bands'], field: string): Generator<string> {
  for (const [index, { upTo }] of bands.entries()) {
    const before = index === 0 ? undefined : bands[index - 1]?.upTo;
    if (before === undefined) continue;
    const place = `'${field}[${index}].upTo'`;
    if (before === null) yield `${place} comes after a band without an end (upTo is null), so it is never reached.`;
    else if (upTo !== null && upTo <= before) yield `${place} is ${upTo}, not above ${before} of the band before it.`;
  }
}

function* countryFaults(code: string, place: string): Generator<string> {
  if (COUNTRY_CODES.has(code)) return;
  const meant =
    COMMON_MISTAKES[code.toUpperCase()] ?? countries.alpha3ToAlpha2(code.toUpperCase()) ?? code.toUpperCase();
  const hint = COUNTRY_CODES.has(meant) ? `: write ${meant}` : '';
  yield `'${place}' is ${JSON.stringify(code)}, which is no ISO 3166-1 alpha-2 code${hint}.`;
}

function* duplicateFaults(places: Map<string, string>, key: string, place: string, what: string): Generator<string> {
  const first = places.get(key);
  if (first === undefined) places.set(key, place);
  else yield `'${place}' has ${what}, as '${first}' does.`;
}

/** Finds a key that an object in a JSON text has twice, with its place. JSON.parse would silently keep the last one. */
export function findDuplicateKey(json: string): string | undefined {
  const open: { keys: Set<string>; at: string | undefined }[] = [];
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push({ keys: new Set(), at: undefined });
    if (token === '}' || token === ']') open.pop();
    const inner = open.at(-1);
    if (text === undefined || colon === undefined || !inner) continue;
    const key: string = JSON.parse(text);
    inner.at = key;
    if (inner.keys.has(key)) return open.flatMap(({ at }) => at ?? []).join('.');
    inner.keys.add(key);
  }
  return undefined;
}
