import { ifMatchRule } from '../../../lib/contract/etag.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { textLines } from '../../../lib/contract/text-rules.ts';
import { anyId } from '../../shared/ids.ts';
import { staffReview, statusRule } from './review.rules.ts';

const byStaff = { ...staff('reviews:write'), idempotent: true } as const;
const verdict = {
  ...byStaff,
  // The author may change a review while staff reads it.
  headers: { ifMatch: 'If-Match' },
  returns: staffReview,
  problems: ['not-found', 'stale-version', 'missing-version'],
} as const;

/** Moderation by staff; part of the `review` contract. */
export const reviewStaffActions = {
  search: {
    ...byStaff,
    summary: 'List reviews of any status, oldest first',
    rest: 'GET /v1/admin/reviews',
    params: {
      status: { ...statusRule, optional: true },
      productId: { ...anyId, optional: true },
      ...pageParams,
    },
    returns: pageOf(staffReview),
  },
  approve: {
    ...verdict,
    summary: 'Approve the version of a review that If-Match names',
    rest: 'POST /v1/admin/reviews/:id/approve',
    params: { id: anyId, ifMatch: ifMatchRule },
  },
  reject: {
    ...verdict,
    summary: 'Reject a review; its author sees the reason',
    rest: 'POST /v1/admin/reviews/:id/reject',
    params: { id: anyId, ifMatch: ifMatchRule, reason: textLines },
  },
} as const;
