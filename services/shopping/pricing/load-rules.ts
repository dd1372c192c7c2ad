import { readFileSync } from 'node:fs';
import { type Config, StartError } from '../../../lib/config.ts';
import { strict } from '../../../lib/service.ts';
import { Validator } from '../../../lib/validator.ts';
import type { PricingRules } from './rules.ts';
import { standardRules } from './standard-rules.ts';

const whole = { type: 'number', integer: true, min: 0 } as const;
const country = { type: 'string', pattern: /^([A-Z]{2}|\*)$/ } as const;

const check = new Validator({ considerNullAsAValue: true }).compile({
  $$strict: true,
  ...strict({
    taxIncluded: 'boolean',
    tax: {
      type: 'array',
      items: { type: 'object', props: { country, category: 'string', rate: { ...whole, max: 10_000 } } },
    },
    shipping: {
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
    },
  }),
});

/**
 * The rules of the file that PRICING_FILE names, else the sample ones.
 * @throws {StartError} naming the file and what is wrong in it
 */
export function loadRules({ pricingFile }: Pick<Config, 'pricingFile'>): PricingRules {
  if (pricingFile === undefined) return standardRules;
  const rules = parsed(pricingFile);
  const found = check(rules);
  if (found !== true) {
    const detail = Array.isArray(found) ? found.map(({ message }) => message).join(' ') : '';
    throw new StartError(`PRICING_FILE ${pricingFile} is not right: ${detail}`);
  }
  return rules as unknown as PricingRules;
}

function parsed(file: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new StartError(`PRICING_FILE ${file} cannot be read: ${(error as Error).message}`);
  }
}
