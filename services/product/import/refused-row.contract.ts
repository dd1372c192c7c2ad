import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { internal } from '../../../lib/contract/presets.ts';

export const refusedRowRule = named('RefusedRow', { type: 'object', props: { line: 'number', detail: 'string' } });

/** The rows of imports that were refused, by import and line. */
export const refusedRow = contract(
  'refusedRow',
  {
    append: {
      ...internal,
      summary: 'Record refused rows of an import, each once',
      params: { importId: 'string', rows: { type: 'array', items: refusedRowRule, max: 2000 } },
    },
    list: {
      ...internal,
      summary: 'List the refused rows of an import by line, after one of them',
      params: { importId: 'string', after: 'number', limit: 'number' },
      returns: { type: 'array', items: refusedRowRule },
    },
  },
  {},
);
