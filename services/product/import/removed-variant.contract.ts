import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';

const place = { line: 'number', sku: 'string' } as const;

/** A variant that an import removed, and how many pieces of it were left then. */
export const removedVariantRule = {
  type: 'object',
  props: { ...place, slug: 'string', available: 'number' },
} as const;
const variants = { type: 'array', items: removedVariantRule } as const;

const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

/** The variants that imports removed, by import, line and SKU. */
export const removedVariant = contract(
  'removedVariant',
  {
    append: {
      ...internal,
      summary: 'Note variants that an import is about to remove; those that are noted already change nothing',
      params: { importId: 'string', variants: { ...variants, max: 500 } },
    },
    retract: {
      ...internal,
      summary: 'Forget variants that were noted and have stayed',
      params: { importId: 'string', variants: { type: 'array', items: { type: 'object', props: place }, max: 500 } },
    },
    ofLines: {
      ...internal,
      summary: 'The variants that were noted for these lines of an import',
      params: { importId: 'string', lines: { type: 'array', items: 'number', max: 20 } },
      returns: variants,
    },
    list: {
      ...internal,
      summary: 'The variants that an import removed, by line and SKU',
      params: { importId: 'string', ...pageParams },
      returns: pageOf(removedVariantRule),
    },
  },
  {},
);
