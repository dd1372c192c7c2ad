import { optional } from '../../../lib/contract/optional.ts';
import { internal, staff } from '../../../lib/contract/presets.ts';
import { formatRule } from './import.contract.ts';
import { importInput } from './import-input.ts';

const outcome = {
  type: 'object',
  props: {
    kind: { type: 'enum', values: ['created', 'updated', 'unchanged', 'refused'] },
    detail: 'string|optional',
    removed: 'number|optional',
  },
} as const;

/** Import and export of products as files; part of the `product` contract. */
export const transferActions = {
  export: {
    summary: 'Export all products that are not archived, as CSV (one row per variant) or JSON Lines',
    ...staff('catalogue:write'),
    idempotent: true,
    rest: 'GET /v1/admin/products/export',
    params: { format: optional(formatRule) },
    returns: 'any',
    produces: ['text/csv', 'application/x-ndjson'],
  },
  importBatch: {
    summary: 'Create or change products from rows of a file; returns the outcome of each row, in order',
    ...internal,
    timeout: 60_000,
    params: {
      importId: 'string',
      rows: {
        type: 'array',
        items: { type: 'object', props: { line: 'number', input: { type: 'object', props: importInput } } },
        max: 500,
      },
      /** Whether a process that died may have imported some of the rows. */
      again: 'boolean',
      /** Whether to remove the variants that a product's row leaves out. */
      removeMissing: 'boolean',
      /** SKUs that stay nevertheless: other rows of the file have them. */
      keep: { type: 'array', items: 'string', optional: true },
    },
    returns: { type: 'array', items: outcome },
  },
  skusOf: {
    summary: 'Get the SKUs of products by slug; unknown ones are left out',
    ...internal,
    params: { slugs: { type: 'array', items: 'string', max: 500 } },
    returns: {
      type: 'array',
      items: { type: 'object', props: { slug: 'string', skus: { type: 'array', items: 'string' } } },
    },
  },
} as const;
