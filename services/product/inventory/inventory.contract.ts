import { contract } from '../../../lib/contract/contract.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { idRule } from '../../shared/ids.ts';
import { inventoryStaffActions } from './inventory-staff.contract.ts';
import { REASONS } from './ledger.ts';

const sku = { type: 'string', min: 1, max: 64 } as const;
const orderId = idRule('ord');
const quantity = { type: 'number', integer: true, positive: true } as const;

const key = { type: 'string', pattern: /^[\w-]{1,64}$/ } as const;
/** `until`: when whoever asks gives up waiting, in ms since the epoch, at most a minute ahead. */
const until = { type: 'number', integer: true } as const;
const once = { key, quantity, until } as const;

/** One SKU's stock is changed by one node at a time, as far as nodes come and go. */
const keyed = { visibility: 'public', auth: 'internal', idempotent: true, timeout: 2000, shardKey: 'sku' } as const;

const low = { sku: 'string', productId: 'string', available: 'number', lowAt: 'number' } as const;
const level = { type: 'object', props: { ...low, sold: 'number' } } as const;
const levels = { type: 'array', items: level } as const;
const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

const correction = {
  type: 'multi',
  rules: [
    { type: 'object', props: { kind: { type: 'equal', value: 'receive' }, quantity } },
    {
      type: 'object',
      props: {
        kind: { type: 'equal', value: 'adjust' },
        quantity: { type: 'number', integer: true },
        reason: { type: 'enum', values: REASONS },
      },
    },
    {
      type: 'object',
      props: { kind: { type: 'equal', value: 'count' }, counted: { type: 'number', integer: true, min: 0 } },
    },
  ],
} as const;

export const inventory = contract(
  'inventory',
  {
    ...inventoryStaffActions,
    open: {
      ...internal,
      summary: 'Begin the stock of SKUs, empty unless it is said; what there is stays, and belongs to the product now',
      params: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            props: { sku, productId: 'string', pieces: { type: 'number', integer: true, min: 0, optional: true } },
          },
          max: 1000,
        },
      },
    },
    reserve: {
      ...keyed,
      summary: 'Set stock aside for an order; again for the same order changes nothing',
      params: { sku, orderId, quantity },
      returns: {
        type: 'object',
        props: {
          outcome: { type: 'enum', values: ['reserved', 'short', 'closed'] },
          available: 'number',
        },
      },
    },
    commit: {
      ...keyed,
      summary: "Turn an order's reservation into a sale",
      params: { sku, orderId },
    },
    release: {
      ...keyed,
      summary: "Give an order's reservation back; a later reserve of that order is refused",
      params: { sku, orderId },
    },
    close: {
      ...keyed,
      summary: 'Refuse a later reserve of an order; what it holds stays held',
      params: { sku, orderId },
    },
    takeBack: {
      ...keyed,
      summary: 'Put sold goods back into the stock, once for each key',
      params: { sku, ...once },
    },
    receive: {
      ...keyed,
      summary: 'Take in new goods, once for each key',
      params: { sku, ...once },
    },
    post: {
      ...keyed,
      summary: 'Change a stock as staff says, once for each key; again answers the same',
      params: { sku, key, until, ref: 'string', by: 'string', correction },
      returns: {
        type: 'object',
        props: {
          outcome: { type: 'enum', values: ['done', 'short'] },
          quantity: 'number',
          seq: 'number',
          at: 'string',
          available: 'number',
          reserved: 'number',
          sold: 'number',
        },
      },
    },
    forget: {
      ...keyed,
      summary: 'The key of a takeBack, a receive or a post was acknowledged, and will not come again',
      params: { sku, key },
    },
    books: {
      ...internal,
      summary: 'All stock as the auditor needs it, page by page by SKU',
      params: booksParams,
      returns: booksOf({
        sku: 'string',
        rev: 'number',
        available: 'number',
        reserved: 'number',
        sold: 'number',
        received: 'number',
        adjusted: 'number',
        /** Up to which number the movements are in the ledger alone, and what those after it come to. */
        filed: 'number',
        logged: { type: 'object', props: { available: 'number', reserved: 'number', sold: 'number' } },
        res: { type: 'record', key: 'string', value: 'number' },
      }),
    },
    levels: {
      ...internal,
      /** A stream, as there may be more than fit into one answer; of lists like those of `changed`. */
      summary:
        'What is available, and was sold, of every SKU, or of those of which that changed since then, as a stream',
      params: { since: 'string|optional' },
      returns: 'any',
    },
    current: {
      ...internal,
      summary: 'What is available of these SKUs; those that were never stocked are left out',
      params: { skus: { type: 'array', items: 'string', max: 500 } },
      returns: levels,
    },
    quantities: {
      ...internal,
      summary: 'How many pieces of these SKUs are available and reserved; those that were never stocked are left out',
      params: { skus: { type: 'array', items: 'string', max: 500 } },
      returns: {
        type: 'array',
        items: { type: 'object', props: { sku: 'string', available: 'number', reserved: 'number' } },
      },
    },
  },
  {
    changed: {
      summary: 'More or less of these SKUs is available: a hint, not a promise',
      params: { levels },
    },
    low: {
      summary: 'A SKU has just come below its threshold; emitted after the write, so a crash in between loses it',
      params: low,
    },
  },
);
