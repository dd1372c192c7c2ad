import { named } from '../../../lib/contract/named.ts';
import { pageParams } from '../../../lib/contract/page.ts';
import { optionalPersonLine, textLines } from '../../../lib/contract/text-rules.ts';
import { anyId } from '../../shared/ids.ts';
import { MODERATION_STATUSES } from './review.ts';

/** Contract rules of reviews. */

export const REVIEW_SORTS = ['helpful', 'newest', 'rating', '-rating'] as const;

export const statusRule = named('ModerationStatus', { type: 'enum', values: MODERATION_STATUSES });
const stars = { type: 'number', integer: true, min: 1, max: 5 } as const;

const shown = {
  id: 'string',
  /** A first name and an initial. */
  author: 'string',
  /** The author has bought the product. */
  verified: 'boolean',
  rating: 'number',
  title: 'string|optional',
  /** Plain text: clients escape it, and never render it. */
  text: 'string',
  /** Number of customers who found it helpful. */
  helpful: 'number',
  createdAt: 'string',
  updatedAt: 'string',
} as const;
const own = {
  ...shown,
  productId: 'string',
  /** Others see only approved reviews. */
  status: named('ReviewStatus', { type: 'enum', values: [...MODERATION_STATUSES, 'withdrawn'] }),
  /** Why it was rejected. */
  reason: 'string|optional',
} as const;

export const reviewRule = named('Review', { type: 'object', props: shown });
export const ownReview = named('OwnReview', { type: 'object', props: own });
/** As staff sees it. */
export const staffReview = named('StaffReview', {
  type: 'object',
  props: { ...own, customerId: 'string', version: 'number' },
});

export const opinionRules = {
  rating: stars,
  title: { ...optionalPersonLine, max: 120 },
  text: { ...textLines, max: 4000 },
} as const;

export const reviewListParams = {
  id: anyId,
  sort: { type: 'enum', values: REVIEW_SORTS, optional: true },
  rating: { ...stars, optional: true },
  ...pageParams,
} as const;
