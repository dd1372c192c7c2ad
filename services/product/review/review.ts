import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce, type IdempotencyLog } from '../../../mixins/store/idempotency-log.ts';
import { errors } from '../../shared/problems.ts';
import type { AggregateDifference } from './aggregate-update.ts';
import { beginTransfer, type Contribution, NO_CONTRIBUTION } from './contribution.ts';
import type { Opinion } from './review-text.ts';

/** What staff sees of reviews: withdrawn ones are about to be removed. */
export const MODERATED = ['pending', 'approved', 'rejected'] as const;

/**
 * What a customer says of a product that they have bought; one for each product and customer. While it is approved it
 * counts in the product's rating. `back`: of the votes that have lately begun or ceased to count in `helpful`.
 */
export interface Review extends Contribution, Opinion, IdempotencyLog {
  productId: string;
  customerId: string;
  /** The name to be shown, as it was when the review was written. */
  author: string;
  status: (typeof MODERATED)[number] | 'withdrawn';
  /** Why it was rejected; empty unless it was. */
  reason: string;
  /** Counts what its author has made of it, from 1 on: what an If-Match of staff names. */
  version: number;
  /** Customers who have found it helpful. */
  helpful: number;
  createdAt: Date;
  updatedAt: Date;
}

/** How many stars of it count in the product's rating; null: it is to go. */
export const starsOf = ({ status, rating }: Pick<Review, 'status' | 'rating'>): number | null =>
  status === 'withdrawn' ? null : status === 'approved' ? rating : 0;

interface Writing {
  id: string;
  productId: string;
  customerId: string;
  author: string;
  opinion: Opinion;
}

/** A new review, which waits for staff. */
export function written({ id, opinion, ...whose }: Writing, now: Date): Omit<Review, 'rev'> {
  const fresh = { status: 'pending', reason: '', version: 1, helpful: 0, createdAt: now, updatedAt: now } as const;
  return { _id: id, ...whose, ...opinion, ...fresh, ...NO_CONTRIBUTION };
}

/**
 * Replaces what its author has said: it waits for staff again. The same again changes nothing.
 * @returns null for one that is withdrawn
 */
export function rewritten(
  review: Readonly<Review>,
  { rating, title, text }: Opinion,
  author: string,
  now: Date,
): Decision<Review | null> {
  if (review.status === 'withdrawn') return { answer: null };
  if (review.rating === rating && review.title === title && review.text === text) return { answer: review };
  const version = review.version + 1;
  const said = { rating, title, text, author, status: 'pending', reason: '', version, updatedAt: now } as const;
  return changed(review, said, now);
}

/** Takes a review back for good: nothing of what was said is kept until it is removed. */
export function withdrawReview(review: Readonly<Review>, now: Date): Decision<Review> {
  if (review.status === 'withdrawn') return { answer: review };
  return changed(review, { status: 'withdrawn', author: '', title: '', text: '', reason: '' }, now);
}

/**
 * Shows a review, or not. The same again changes nothing.
 * @param version the one that staff has read: nobody lets pass what they have not seen; undefined: any
 * @throws not-found for one that is withdrawn, stale-version
 */
export function moderated(
  review: Readonly<Review>,
  verdict: { status: 'approved' } | { status: 'rejected'; reason: string },
  version: number | undefined,
  now: Date,
): Decision<{ before: Review; after: Review }> {
  if (review.status === 'withdrawn') throw errors.notFound('This review');
  if (version !== undefined && version !== review.version) throw errors.staleVersion(review.version);
  const reason = verdict.status === 'rejected' ? verdict.reason : '';
  if (review.status === verdict.status && review.reason === reason)
    return { answer: { before: review, after: review } };
  const { answer: after, patch = {} } = changed(review, { status: verdict.status, reason }, now);
  return { answer: { before: review, after }, patch };
}

/**
 * Counts a vote, or counts it no more: once for each key.
 * @throws not-found for a review that is withdrawn, unavailable when it comes too late
 */
export function voted(
  review: Readonly<Review>,
  { sum, ...command }: AggregateDifference,
  now: Date,
): Decision<undefined> {
  if (review.status === 'withdrawn') throw errors.notFound('This review');
  return applyOnce(review, command, now, () => ({ helpful: review.helpful + sum }));
}

function changed(review: Readonly<Review>, fields: Partial<Review>, now: Date): Decision<Review> {
  const patch = { ...fields, ...beginTransfer(review, starsOf({ ...review, ...fields }), now) };
  return { answer: { ...review, ...patch }, patch };
}
