import { isCurrency } from '../../../../lib/contract/currency.ts';
import { countryFaults, duplicateFaults, type PlacedZone, zoneFaults } from './check-zones.ts';
import type { PricingRules, ShippingRule, TaxRule } from './rules.ts';
import { NO_SHIPPING } from './shipping.ts';

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

const taxFaults = (tax: readonly TaxRule[]): Generator<string> =>
  zoneFaults(tax.map((rule, index) => ({ zone: rule, place: `tax[${index}]`, subject: `taxClass ${rule.taxClass}` })));

function* shippingFaults(shipping: readonly ShippingRule[], field: string): Generator<string> {
  const places = new Map<string, string>();
  for (const [index, { id, title, countries: to, zones, except, bands }] of shipping.entries()) {
    const place = `${field}[${index}]`;
    if (id === NO_SHIPPING) yield `'${place}.id' is ${id}, which orders have that are not shipped.`;
    if (!to && !zones) yield* duplicateFaults(places, id, `${place}.id`, `the id ${id}`);
    if (title.trim() === '') yield `'${place}.title' is empty.`;
    for (const [which, country] of (to ?? []).entries()) {
      const at = `${place}.countries[${which}]`;
      if (country === '*') yield `'${at}' is *: leave 'countries' out to ship everywhere.`;
      yield* countryFaults(country, at);
      yield* duplicateFaults(places, `${id} ${country}`, at, `${country} for the id ${id}`);
    }
    for (const [which, zone] of (zones ?? []).entries()) {
      if (zone.regions || zone.postcodes) continue;
      yield `'${place}.zones[${which}]' has no regions and no postcodes: write ${zone.country} in 'countries'.`;
    }
    yield* zoneFaults(placedZones(except, `${place}.except`, `the id ${id}`));
    yield* bandFaults(bands, `${place}.bands`);
  }
  yield* zoneFaults(
    shipping.flatMap(({ id, zones }, index) => placedZones(zones, `${field}[${index}].zones`, `the id ${id}`)),
  );
}

const placedZones = (zones: ShippingRule['zones'] = [], field: string, subject: string): PlacedZone[] =>
  zones.map((zone, index) => ({ zone, place: `${field}[${index}]`, subject }));

function* bandFaults(bands: ShippingRule['bands'], field: string): Generator<string> {
  for (const [index, { upTo }] of bands.entries()) {
    const before = index === 0 ? undefined : bands[index - 1]?.upTo;
    if (before === undefined) continue;
    const place = `'${field}[${index}].upTo'`;
    if (before === null) yield `${place} comes after a band without an end (upTo is null), so it is never reached.`;
    else if (upTo !== null && upTo <= before) yield `${place} is ${upTo}, not above ${before} of the band before it.`;
  }
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
