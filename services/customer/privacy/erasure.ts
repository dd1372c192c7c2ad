import type { Decision } from '../../../mixins/store/changes.ts';
import { ERASED } from '../../shared/erased.ts';
import type { Account, Erasure } from '../account/account.ts';
import { endSessions } from '../auth/session.ts';

/** What others keep of a person, each erased by a call that may be repeated. */
export const ERASURES = [
  'cart.erase',
  'hold.erase',
  'order.erase',
  'invoice.erase',
  'credit-note.erase',
  'stock-alert.erase',
  'mail.erase',
  'review.erase',
  'review-vote.erase',
] as const;

/** Pause before what did not answer is tried again, in ms. */
const RETRY = 1000;

/**
 * Takes everything personal out of an account in one write: nobody can log in to it any more, its e-mail address is free
 * again, and whoever comes across it knows what is left to do elsewhere.
 */
export function erase(account: Readonly<Account>, now: Date): Decision<string[]> {
  const { ended, patch } = endSessions(account, 'all', now);
  return {
    answer: ended,
    patch: {
      ...patch,
      email: `${ERASED}:${account._id}`,
      name: ERASED,
      role: 'customer',
      // No password has it.
      passwordHash: '',
      addresses: [],
      wishlist: [],
      consents: [],
      links: {},
      erasure: { requestedAt: now, pass: 1, nextAt: now } satisfies Erasure,
    },
  };
}

/** After a pass that everyone has acknowledged. @param pause longer than an order may be under way, in ms */
export function passed({ erasure }: Readonly<Account>, pass: 1 | 2, pause: number, now: Date): Decision<undefined> {
  if (erasure?.pass !== pass || erasure.nextAt === null) return { answer: undefined };
  const next: Erasure =
    pass === 1 ? { ...erasure, pass: 2, nextAt: new Date(+now + pause) } : { ...erasure, nextAt: null };
  return { answer: undefined, patch: { erasure: next } };
}

/** After one that somebody has not. */
export function delayed({ erasure }: Readonly<Account>, now: Date): Decision<undefined> {
  if (!erasure?.nextAt) return { answer: undefined };
  return { answer: undefined, patch: { erasure: { ...erasure, nextAt: new Date(+now + RETRY) } } };
}
