import { contract } from '../../../lib/contract/contract.ts';
import { MOVEMENTS, REASONS } from './ledger.ts';

const whole = { type: 'number', integer: true } as const;
const entry = {
  type: 'object',
  props: {
    sku: 'string',
    seq: whole,
    kind: { type: 'enum', values: MOVEMENTS },
    quantity: whole,
    ref: 'string',
    /** In ms since the epoch. */
    at: whole,
    reason: { type: 'enum', values: REASONS, optional: true },
    by: 'string|optional',
  },
} as const;

const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

/** The ledger of the stock: entries are added, each once, and nothing changes or removes them. */
export const movement = contract(
  'movement',
  {
    append: {
      ...internal,
      summary: 'Add movements; those that are there already change nothing',
      params: { entries: { type: 'array', items: entry, max: 1000 } },
    },
    list: {
      ...internal,
      summary: 'The movements of a SKU from one number up to before another',
      params: { sku: 'string', from: whole, below: whole },
      returns: { type: 'array', items: entry },
    },
    totals: {
      ...internal,
      summary: 'How many movements of each SKU there are up to a number, and what they come to',
      timeout: 60_000,
      params: {
        of: { type: 'array', max: 500, items: { type: 'object', props: { sku: 'string', through: whole } } },
      },
      returns: {
        type: 'array',
        items: {
          type: 'object',
          props: { sku: 'string', count: whole, available: whole, reserved: whole, sold: whole },
        },
      },
    },
  },
  {},
);
