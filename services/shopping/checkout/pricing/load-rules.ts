import { readFileSync } from 'node:fs';
import { strict } from '../../../../lib/contract/strict.ts';
import { Validator } from '../../../../lib/contract/validator.ts';
import { type Config, StartError } from '../../../../lib/process/config.ts';
import { findDuplicateKey, findFault, type RulesFile } from './check-rules.ts';
import type { PriceBook } from './rules.ts';
import { standardRules } from './standard-rules.ts';

const wholeNumber = { type: 'number', integer: true, min: 0, max: Number.MAX_SAFE_INTEGER } as const;
/** As the highest price of a product. */
const fee = { ...wholeNumber, max: 1_000_000_000_000 } as const;
/** Which one it is, is for check-rules.ts to say, with a hint. */
const country = { type: 'string', min: 1, max: 64 } as const;
/** As products have them. */
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
  ...strict({
    taxIncluded: 'boolean',
    tax: {
      type: 'array',
      items: {
        type: 'object',
        props: { country, taxClass, rate: { ...wholeNumber, max: 10_000 } },
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
 * The rules of every currency that the shop sells in, from the file that PRICING_FILE names; without one the sample
 * rules, whose numbers are the same in each.
 * @throws {StartError} naming the file and what is wrong in it
 */
export function loadRules({
  pricingFile,
  currency: own,
  currencies,
}: Pick<Config, 'pricingFile' | 'currency' | 'currencies'>): PriceBook {
  if (pricingFile === undefined) return new Map(currencies.map((currency) => [currency, standardRules]));
  const refuse = (detail: string) => new StartError(`PRICING_FILE ${pricingFile} is not right: ${detail}`);
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
    throw refuse(`what is true of ${own}, the shop's own currency, stands outside of 'currencies'.`);
  return new Map(
    currencies.map((currency) => {
      if (currency === own) return [currency, rules];
      if (!Object.hasOwn(others, currency)) {
        throw refuse(`CURRENCIES has ${currency}, for which it has no 'currencies.${currency}.shipping'.`);
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
