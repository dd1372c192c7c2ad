import { contract } from '../../../lib/contract/contract.ts';

export const refusedRowRule = { type: 'object', props: { line: 'number', detail: 'string' } } as const;

const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

/** The rows of imports that were refused, by import and line. */
export const refusedRow = contract(
  'refusedRow',
  {
    append: {
      ...internal,
      summary: 'Note rows of an import that were refused; those that are noted already change nothing',
      params: { importId: 'string', rows: { type: 'array', items: refusedRowRule, max: 2000 } },
    },
    list: {
      ...internal,
      summary: 'The rows of an import that were refused, by line, after one of them',
      params: { importId: 'string', after: 'number', limit: 'number' },
      returns: { type: 'array', items: refusedRowRule },
    },
  },
  {},
);
