import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce, type IdempotencyLog } from '../../../mixins/store/idempotency-log.ts';
import { errors } from '../../shared/problems.ts';
import { refuseStale } from '../product/edit.ts';
import type { AggregateDifference } from './aggregate-update.ts';
import { beginTransfer, type Contribution, NO_CONTRIBUTION } from './contribution.ts';
import type { Opinion } from './review-text.ts';

/** The statuses that staff sees; withdrawn reviews are about to be removed. */
export const MODERATION_STATUSES = ['pending', 'approved', 'rejected'] as const;

/**
 * A customer's review of a product that they have bought; one per product and customer. While it is approved, it counts in
 * the product's rating. `back` has the keys of votes that were recently counted into `helpful`, or out of it.
 */
export interface Review extends Contribution, Opinion, IdempotencyLog {
  productId: string;
  customerId: string;
  /** Display name, as of when the review was written. */
  author: string;
  status: (typeof MODERATION_STATUSES)[number] | 'withdrawn';
  /** Why it was rejected; else empty. */
  reason: string;
  /** Number of versions by the author, from 1; the value of If-Match. */
  version: number;
  /** Number of customers who found it helpful. */
  helpful: number;
  createdAt: Date;
  updatedAt: Date;
}

/** The stars that a review contributes to the product's rating; null: none, and it is removed. */
export const countedStars = ({ status, rating }: Pick<Review, 'status' | 'rating'>): number | null =>
  status === 'withdrawn' ? null : status === 'approved' ? rating : 0;

interface ReviewDraft {
  id: string;
  productId: string;
  customerId: string;
  author: string;
  opinion: Opinion;
}

/** A new review, pending for staff. */
export function newReview({ id, opinion, ...subject }: ReviewDraft, now: Date): Omit<Review, 'rev'> {
  const fresh = { status: 'pending', reason: '', version: 1, helpful: 0, createdAt: now, updatedAt: now } as const;
  return { _id: id, ...subject, ...opinion, ...fresh, ...NO_CONTRIBUTION };
}

/**
 * Replaces the content of a review, which is pending again. The same content changes nothing.
 * @returns null for a withdrawn review
 */
export function rewriteReview(
  review: Readonly<Review>,
  { rating, title, text }: Opinion,
  author: string,
  now: Date,
): Decision<Review | null> {
  if (review.status === 'withdrawn') return { answer: null };
  if (review.rating === rating && review.title === title && review.text === text) return { answer: review };
  const version = review.version + 1;
  const fields = { rating, title, text, author, status: 'pending', reason: '', version, updatedAt: now } as const;
  return changeReview(review, fields, now);
}

/** Withdraws a review; final. Its content is deleted at once, the document later. */
export function withdrawReview(review: Readonly<Review>, now: Date): Decision<Review> {
  if (review.status === 'withdrawn') return { answer: review };
  return changeReview(review, { status: 'withdrawn', author: '', title: '', text: '', reason: '' }, now);
}

/**
 * Approves or rejects a review; idempotent.
 * @param version the version that staff has read, so that an unread change is not approved; undefined: any
 * @throws not-found for a withdrawn review, stale-version
 */
export function moderateReview(
  review: Readonly<Review>,
  verdict: { status: 'approved' } | { status: 'rejected'; reason: string },
  version: number | undefined,
  now: Date,
): Decision<{ before: Review; after: Review }> {
  if (review.status === 'withdrawn') throw errors.notFound('This review');
  refuseStale(review, version);
  const reason = verdict.status === 'rejected' ? verdict.reason : '';
  if (review.status === verdict.status && review.reason === reason)
    return { answer: { before: review, after: review } };
  const { answer: after, patch = {} } = changeReview(review, { status: verdict.status, reason }, now);
  return { answer: { before: review, after }, patch };
}

/**
 * Counts a vote in or out; idempotent by key.
 * @throws not-found for a withdrawn review, unavailable after the deadline of the request
 */
export function countVote(
  review: Readonly<Review>,
  { sum, ...command }: AggregateDifference,
  now: Date,
): Decision<undefined> {
  if (review.status === 'withdrawn') throw errors.notFound('This review');
  return applyOnce(review, command, now, () => ({ helpful: review.helpful + sum }));
}

/** Changes fields, and begins the transfer that follows from them. */
function changeReview(review: Readonly<Review>, fields: Partial<Review>, now: Date): Decision<Review> {
  const patch = { ...fields, ...beginTransfer(review, countedStars({ ...review, ...fields }), now) };
  return { answer: { ...review, ...patch }, patch };
}
