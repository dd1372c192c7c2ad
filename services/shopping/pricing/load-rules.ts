import { readFileSync } from 'node:fs';
import { type Config, StartError } from '../../../lib/config.ts';
import { currencyRule } from '../../../lib/money.ts';
import { strict } from '../../../lib/service.ts';
import { Validator } from '../../../lib/validator.ts';
import type { PriceBook, PricingRules } from './rules.ts';
import { standardRules } from './standard-rules.ts';

const whole = { type: 'number', integer: true, min: 0 } as const;
const country = { type: 'string', pattern: /^([A-Z]{2}|\*)$/ } as const;
/** As products have them. */
const taxClass = { type: 'string', pattern: /^([a-z0-9-]{1,32}|\*)$/ } as const;
const shipping = {
  type: 'array',
  min: 1,
  items: {
    type: 'object',
    props: {
      id: { type: 'string', pattern: /^[a-z0-9-]{1,64}$/ },
      title: 'string',
      countries: { type: 'array', items: country, optional: true },
      by: { type: 'enum', values: ['total', 'weight'] },
      bands: {
        type: 'array',
        min: 1,
        items: { type: 'object', props: { upTo: { ...whole, nullable: true }, price: whole } },
      },
      freeFrom: { ...whole, optional: true },
    },
  },
} as const;

const check = new Validator({ considerNullAsAValue: true }).compile({
  $$strict: true,
  ...strict({
    taxIncluded: 'boolean',
    tax: {
      type: 'array',
      items: {
        type: 'object',
        props: { country, taxClass, rate: { ...whole, max: 10_000 } },
      },
    },
    shipping,
    currencies: {
      type: 'record',
      key: currencyRule,
      value: { type: 'object', props: { shipping, taxIncluded: 'boolean|optional' } },
      optional: true,
    },
  }),
});

/** What PRICING_FILE has: the rules in the shop's own currency, and what is different in others. */
interface RulesFile extends PricingRules {
  currencies?: Record<string, Pick<PricingRules, 'shipping'> & Partial<Pick<PricingRules, 'taxIncluded'>>>;
}

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
  const file = parsed(pricingFile);
  const found = check(file);
  if (found !== true) throw refuse(Array.isArray(found) ? found.map(({ message }) => message).join(' ') : '');
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

function parsed(file: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new StartError(`PRICING_FILE ${file} cannot be read: ${(error as Error).message}`);
  }
}
