import type { Decision } from '../../../mixins/store/changes.ts';
import { beginTransfer, type Contribution, NO_CONTRIBUTION } from './contribution.ts';

/** That a customer has found a review helpful; one for each review and customer. A vote that is withdrawn goes. */
export interface Vote extends Contribution {
  reviewId: string;
  customerId: string;
  productId: string;
  withdrawn: boolean;
  createdAt: Date;
}

/** Whether it counts; null: it is to go. */
export const voiceOf = ({ withdrawn }: Pick<Vote, 'withdrawn'>): number | null => (withdrawn ? null : 1);

type Whose = Pick<Vote, 'reviewId' | 'customerId' | 'productId'>;

/** A new vote, which is to be counted. */
export function cast(id: string, whose: Whose, now: Date): Omit<Vote, 'rev'> {
  const fresh = { _id: id, ...whose, withdrawn: false, createdAt: now, ...NO_CONTRIBUTION };
  return { ...fresh, ...beginTransfer({ ...fresh, rev: 0 }, 1, now) };
}

/** Takes a vote back for good. */
export function withdrawVote(vote: Readonly<Vote>, now: Date): Decision<undefined> {
  if (vote.withdrawn) return { answer: undefined };
  return { answer: undefined, patch: { withdrawn: true, ...beginTransfer(vote, null, now) } };
}
