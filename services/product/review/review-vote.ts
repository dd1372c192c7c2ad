import type { Decision } from '../../../mixins/store/changes.ts';
import { beginTransfer, type Contribution, NO_CONTRIBUTION } from './contribution.ts';

/** A customer found a review helpful; one vote per review and customer. A withdrawn vote is removed. */
export interface Vote extends Contribution {
  reviewId: string;
  customerId: string;
  productId: string;
  withdrawn: boolean;
  createdAt: Date;
}

/** The amount that a vote contributes; null: nothing, and it is removed. */
export const countedVote = ({ withdrawn }: Pick<Vote, 'withdrawn'>): number | null => (withdrawn ? null : 1);

type VoteSubject = Pick<Vote, 'reviewId' | 'customerId' | 'productId'>;

/** A new vote, with its transfer begun. */
export function newVote(id: string, subject: VoteSubject, now: Date): Omit<Vote, 'rev'> {
  const fresh = { _id: id, ...subject, withdrawn: false, createdAt: now, ...NO_CONTRIBUTION };
  return { ...fresh, ...beginTransfer({ ...fresh, rev: 0 }, 1, now) };
}

/** Withdraws a vote; final. */
export function withdrawVote(vote: Readonly<Vote>, now: Date): Decision<undefined> {
  if (vote.withdrawn) return { answer: undefined };
  return { answer: undefined, patch: { withdrawn: true, ...beginTransfer(vote, null, now) } };
}
