import type { AuditData } from './audit-data.ts';
import type { Findings } from './violation.ts';

/** I14: each product's rating is the count and sum of its approved reviews. */
export function checkRatings({ reviews, ratings }: AuditData, findings: Findings): void {
  const before = new Map(ratings.before.map(({ id, rev }) => [id, rev]));
  const moving = new Set(reviews.filter((review) => review.moving).map(({ productId }) => productId));
  const counted = new Map<string, { count: number; sum: number }>();
  for (const { id, productId, status, rating, counted: stars, moving: isMoving } of reviews) {
    const { count, sum } = counted.get(productId) ?? { count: 0, sum: 0 };
    counted.set(productId, { count: count + (stars > 0 ? 1 : 0), sum: sum + stars });
    const due = status === 'approved' ? rating : 0;
    findings.check(isMoving || stars === due, 'I14', `${id} is ${status}: ${due} stars due, ${stars} counted`, id);
  }
  for (const { id, rev, count, sum } of ratings.after) {
    // A rating that changed while the reviews were read, or is about to change, cannot be checked.
    if (before.get(id) !== rev || moving.has(id)) continue;
    const due = counted.get(id) ?? { count: 0, sum: 0 };
    const detail = `${id}: ${count} reviews with ${sum} stars, ${due.count} with ${due.sum} are counted`;
    findings.check(count === due.count && sum === due.sum, 'I14', detail, id);
  }
}
