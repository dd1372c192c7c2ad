import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal } from '../../../lib/contract/presets.ts';

const place = { line: 'number', sku: 'string' } as const;

/** A variant that an import removed, with its available pieces at that time. */
export const removedVariantRule = named('RemovedVariant', {
  type: 'object',
  props: { ...place, slug: 'string', available: 'number' },
});
const variants = { type: 'array', items: removedVariantRule } as const;

/** The variants that imports removed, by import, line and SKU. */
export const removedVariant = contract(
  'removedVariant',
  {
    append: {
      ...internal,
      summary: 'Record variants that an import is about to remove, each once',
      params: { importId: 'string', variants: { ...variants, max: 500 } },
    },
    retract: {
      ...internal,
      summary: 'Drop the records of variants that were not removed',
      params: { importId: 'string', variants: { type: 'array', items: { type: 'object', props: place }, max: 500 } },
    },
    ofLines: {
      ...internal,
      summary: 'List the recorded variants of these lines of an import',
      params: { importId: 'string', lines: { type: 'array', items: 'number', max: 20 } },
      returns: variants,
    },
    list: {
      ...internal,
      summary: 'List the variants that an import removed, by line and SKU',
      params: { importId: 'string', ...pageParams },
      returns: pageOf(removedVariantRule),
    },
  },
  {},
);
