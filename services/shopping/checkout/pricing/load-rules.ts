import { readFileSync } from 'node:fs';
import { strictRules } from '../../../../lib/contract/strict.ts';
import { Validator } from '../../../../lib/contract/validator.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { StartError } from '../../../../lib/process/start-error.ts';
import { findDuplicateKey, findFault, type RulesFile } from './check-rules.ts';
import { type PriceBook, SHIPPING_TAXES, TAX_ROUNDINGS } from './rules.ts';
import { standardRules } from './standard-rules.ts';

const wholeNumber = { type: 'number', integer: true, min: 0, max: Number.MAX_SAFE_INTEGER } as const;
/** The same maximum as for prices of products. */
const fee = { ...wholeNumber, max: 1_000_000_000_000 } as const;
/** check-rules.ts checks the code, and gives a hint. */
const country = { type: 'string', min: 1, max: 64 } as const;
/** The parts of a country; check-zones.ts checks them. */
const parts = {
  regions: { type: 'array', min: 1, items: { type: 'string', min: 1, max: 100 }, optional: true },
  postcodes: { type: 'array', min: 1, items: { type: 'string', min: 1, max: 40 }, optional: true },
} as const;
const zones = {
  type: 'array',
  min: 1,
  items: { type: 'object', props: { country, ...parts } },
  optional: true,
} as const;
/** The same form as in products, or `*`. */
const taxClass = { type: 'string', pattern: /^([a-z0-9-]{1,32}|\*)$/ } as const;
const shipping = {
  type: 'array',
  min: 1,
  items: {
    type: 'object',
    props: {
      id: { type: 'string', pattern: /^[a-z0-9-]{1,64}$/ },
      title: { type: 'string', max: 100, pattern: /^\P{C}*$/u },
      countries: { type: 'array', min: 1, items: country, optional: true },
      zones,
      except: zones,
      by: { type: 'enum', values: ['total', 'weight'] },
      bands: {
        type: 'array',
        min: 1,
        items: { type: 'object', props: { upTo: { ...wholeNumber, nullable: true }, price: fee } },
      },
      freeFrom: { ...wholeNumber, optional: true },
    },
  },
} as const;

const checkRulesFile = new Validator({ considerNullAsAValue: true }).compile({
  $$strict: true,
  ...strictRules({
    taxIncluded: 'boolean',
    shippingTax: { type: 'enum', values: SHIPPING_TAXES, optional: true },
    taxRounding: { type: 'enum', values: TAX_ROUNDINGS, optional: true },
    tax: {
      type: 'array',
      items: {
        type: 'object',
        props: { country, ...parts, taxClass, rate: { ...wholeNumber, max: 10_000 } },
      },
    },
    shipping,
    currencies: {
      type: 'record',
      key: 'string',
      value: { type: 'object', props: { shipping, taxIncluded: 'boolean|optional' } },
      optional: true,
    },
  }),
});

/**
 * Loads the rules of each currency of the shop from PRICING_FILE. Without a file they are the sample rules, with the
 * same numbers in each currency.
 * @throws {StartError} with the file and its fault
 */
export function loadRules({
  pricingFile,
  currency: own,
  currencies,
}: Pick<Config, 'pricingFile' | 'currency' | 'currencies'>): PriceBook {
  if (pricingFile === undefined) return new Map(currencies.map((currency) => [currency, standardRules]));
  const refuse = (detail: string) => new StartError(`PRICING_FILE ${pricingFile} is invalid: ${detail}`);
  const text = readText(pricingFile);
  const file = parseJson(text, pricingFile);
  const twice = findDuplicateKey(text);
  if (twice !== undefined) throw refuse(`'${twice}' is there twice.`);
  const found = checkRulesFile(file);
  if (found !== true) throw refuse(Array.isArray(found) ? found.map(({ message }) => message).join(' ') : '');
  const fault = findFault(file as unknown as RulesFile);
  if (fault !== undefined) throw refuse(fault);
  const { currencies: others = {}, ...rules } = file as unknown as RulesFile;
  if (Object.hasOwn(others, own))
    throw refuse(`the rules of ${own}, the shop's own currency, have to be outside of 'currencies'.`);
  return new Map(
    currencies.map((currency) => {
      if (currency === own) return [currency, rules];
      if (!Object.hasOwn(others, currency)) {
        throw refuse(`CURRENCIES has ${currency}, which needs 'currencies.${currency}.shipping'.`);
      }
      return [currency, { ...rules, ...others[currency] }];
    }),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadableError(file, error);
  }
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch (error) {
    throw unreadableError(file, error);
  }
}

const unreadableError = (file: string, error: unknown) =>
  // A parser's message can quote lines of the file.
  new StartError(`PRICING_FILE ${file} cannot be read: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`);
