import type { Review } from './review.ts';

/** A review as everyone sees it. Its text is plain: to be escaped, never rendered. */
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

/** What the audit log may keep of it: nothing that a person has said. */
export const auditView = ({ productId, status, rating, version }: Review) => ({ productId, status, rating, version });
