import { productInput } from './product-input.ts';

const outcome = {
  type: 'object',
  props: { kind: { type: 'enum', values: ['created', 'updated', 'unchanged', 'refused'] }, detail: 'string|optional' },
} as const;

/** Products that come and go as files; part of the `product` contract. */
export const transferActions = {
  export: {
    summary:
      'All products but archived ones as a file that can be imported: CSV, a row for each variant, or JSON Lines',
    visibility: 'published',
    auth: 'staff',
    scope: 'catalogue:write',
    idempotent: true,
    rest: 'GET /v1/admin/products/export',
    params: { format: { type: 'enum', values: ['csv', 'jsonl'], optional: true } },
    returns: 'any',
    produces: ['text/csv', 'application/x-ndjson'],
  },
  importBatch: {
    summary: 'Create or change products by their slugs, as a file says; what came of each, in this order',
    visibility: 'public',
    auth: 'internal',
    idempotent: true,
    timeout: 60_000,
    params: {
      inputs: { type: 'array', items: { type: 'object', props: productInput }, max: 500 },
      /** A part of it may have been done before. */
      again: 'boolean',
    },
    returns: { type: 'array', items: outcome },
  },
} as const;
