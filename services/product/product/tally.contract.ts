import { internal } from '../../../lib/contract/presets.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { idRule } from '../../shared/ids.ts';

/** Of a document that counts in another, and which of its moves; see services/product/review/counted.ts. */
export const moveKey = { type: 'string', pattern: /^[a-z]{3}_[0-9A-Z]{26}:\d{1,9}$/ } as const;
/** When whoever asks gives up waiting, in ms since the epoch, at most a minute ahead. */
export const until = { type: 'number', integer: true } as const;

const id = idRule('prd');
/** One product is counted in by one node at a time, as far as nodes come and go. */
const keyed = { ...internal, timeout: 2000, shardKey: 'id' } as const;

/** How reviews count in the rating of their product; part of the `product` contract. */
export const tallyActions = {
  tally: {
    ...keyed,
    summary: "Add a review to its product's rating, or subtract it, once for each key",
    params: {
      ...{ id, key: moveKey, until },
      count: { type: 'number', integer: true, min: -1, max: 1 },
      sum: { type: 'number', integer: true, min: -5, max: 5 },
    },
  },
  forgetTally: {
    ...keyed,
    summary: 'Forget the key of an acknowledged tally',
    params: { id, key: moveKey },
  },
  books: {
    summary: 'Page through all ratings for the auditor, by product',
    ...internal,
    params: booksParams,
    returns: booksOf({ id: 'string', rev: 'number', count: 'number', sum: 'number' }),
  },
} as const;
