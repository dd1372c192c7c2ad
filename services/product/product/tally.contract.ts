import { internal } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { idRule } from '../../shared/ids.ts';

/** The id of a contributing document and the number of its step; see services/product/review/contribution.ts. */
export const transferKey = { type: 'string', pattern: /^[a-z]{3}_[0-9A-Z]{26}:\d{1,9}$/ } as const;
/** When the caller gives up, in ms since the epoch; at most a minute ahead. */
export const until = { type: 'number', integer: true } as const;

const id = idRule('prd');
/** Sharded by product: one node counts for a product, except while nodes come and go. */
const keyed = { ...internal, timeout: 2000, shardKey: 'id' } as const;

/** Counts reviews in the rating of their product; part of the `product` contract. */
export const tallyActions = {
  tally: {
    ...keyed,
    summary: "Add a review to its product's rating, or subtract it, once for each key",
    params: {
      ...{ id, key: transferKey, until },
      count: { type: 'number', integer: true, min: -1, max: 1 },
      sum: { type: 'number', integer: true, min: -5, max: 5 },
    },
  },
  forgetTally: {
    ...keyed,
    summary: 'Forget the key of an acknowledged tally',
    params: { id, key: transferKey },
  },
  books: {
    summary: 'Page through all ratings for the auditor, by product',
    ...internal,
    params: auditPageParams,
    returns: auditPageOf({ id: 'string', rev: 'number', count: 'number', sum: 'number' }),
  },
} as const;
