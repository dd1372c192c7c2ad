import { booksOf, booksParams } from '../../lib/books.ts';
import { type ActionsOf, contract, type EventsOf } from '../../lib/contract.ts';
import { idRule } from '../../lib/ids.ts';

const sku = { type: 'string', min: 1, max: 64 } as const;
const orderId = idRule('ord');
const quantity = { type: 'number', integer: true, positive: true } as const;

const key = { type: 'string', pattern: /^[\w-]{1,64}$/ } as const;
/** `until`: when whoever asks gives up waiting, in ms since the epoch, at most a minute ahead. */
const once = { key, quantity, until: { type: 'number', integer: true } } as const;

/** One SKU's stock is changed by one node at a time, as far as nodes come and go. */
const keyed = { visibility: 'public', auth: 'internal', idempotent: true, timeout: 2000, shardKey: 'sku' } as const;

const level = { type: 'object', props: { sku: 'string', productId: 'string', available: 'number' } } as const;

export const inventory = contract(
  'inventory',
  {
    open: {
      summary: 'See to it that SKUs have a stock, and whose they are; what is there stays',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: {
        items: { type: 'array', items: { type: 'object', props: { sku, productId: 'string' } }, max: 1000 },
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
    forget: {
      ...keyed,
      summary: 'The key of a takeBack or a receive was acknowledged, and will not come again',
      params: { sku, key },
    },
    books: {
      summary: 'All stock as the auditor needs it, page by page by SKU',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: booksParams,
      returns: booksOf({
        sku: 'string',
        rev: 'number',
        available: 'number',
        reserved: 'number',
        sold: 'number',
        received: 'number',
        res: { type: 'record', key: 'string', value: 'number' },
      }),
    },
    levels: {
      summary: 'What is available of every SKU whose stock changed since then',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      params: { since: 'string' },
      returns: { type: 'array', items: level },
    },
  },
  {
    changed: {
      summary: 'More or less of these SKUs is available: a hint, not a promise',
      params: { levels: { type: 'array', items: level } },
    },
  },
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof inventory> {}
  interface Events extends EventsOf<typeof inventory> {}
}
