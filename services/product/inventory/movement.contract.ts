import { contract } from '../../../lib/contract/contract.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { reasonRule } from './inventory.rules.ts';
import { MOVEMENT_KINDS } from './ledger.ts';
import { MAX_MOVEMENTS_PER_BLOCK } from './movement-block.ts';

const whole = { type: 'number', integer: true } as const;
const entry = {
  type: 'object',
  props: {
    sku: 'string',
    seq: whole,
    kind: { type: 'enum', values: MOVEMENT_KINDS },
    quantity: whole,
    ref: 'string',
    /** In ms since the epoch. */
    at: whole,
    reason: optional(reasonRule),
    by: 'string|optional',
  },
} as const;
/** `MovementBlock`. */
const block = {
  type: 'object',
  props: { sku: 'string', seq: whole, movements: { type: 'array', items: 'string', max: MAX_MOVEMENTS_PER_BLOCK } },
} as const;

/** The ledger of stock movements: append-only. */
export const movement = contract(
  'movement',
  {
    append: {
      ...internal,
      summary: 'Append blocks of stock movements, each block once',
      params: { blocks: { type: 'array', items: block, max: 1000 } },
    },
    list: {
      ...internal,
      summary: 'List the movements of a SKU whose numbers are in a range',
      params: { sku: 'string', from: whole, below: whole },
      returns: { type: 'array', items: entry },
    },
    totals: {
      ...internal,
      summary: 'Count and sum the movements of each SKU up to a number',
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
