import type { Review } from './review.ts';

/** A review as everyone sees it. Its text is plain: clients escape it, and never render it. */
export function reviewView({ _id: id, author, rating, title, text, helpful, createdAt, updatedAt }: Review) {
  return {
    ...{ id, author, verified: true, rating },
    ...(title === '' ? {} : { title }),
    ...{ text, helpful, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  };
}

/** As its author sees it. */
export function ownView(review: Review) {
  const { productId, status, reason } = review;
  return { ...reviewView(review), productId, status, ...(reason === '' ? {} : { reason }) };
}

/** As staff sees it. */
export function staffView(review: Review) {
  const { customerId, version } = review;
  return { ...ownView(review), customerId, version };
}

/** The fields for the audit log; without personal text. */
export const auditView = ({ productId, status, rating, version }: Review) => ({ productId, status, rating, version });
