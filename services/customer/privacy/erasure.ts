import type { Contract } from '../../../lib/contract/contract.ts';
import { type DueQueue, dueIn, hasTime } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
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

/** The same of extensions: by convention an internal action `erase` that takes a `customerId`. */
export const furtherErasures = (contracts: readonly Contract[]): string[] =>
  contracts
    .filter(({ actions: { erase } }) => erase?.auth === 'internal' && Object.hasOwn(erase.params, 'customerId'))
    .map(({ name }) => `${name}.erase`)
    .filter((action) => !ERASURES.some((ours) => ours === action));

const erasureFields = dueIn('nextAt');

/** Accounts whose persons are to be erased elsewhere. */
export const erasures: DueQueue<Account> = {
  name: 'erasures',
  policy: RETRY_POLICY,
  dueField: 'erasure.nextAt',
  parkedFilter: hasTime('erasure.parkedAt'),
  read: ({ erasure }) => erasureFields.read(erasure ?? { nextAt: null }),
  write: (state, { erasure }) => (erasure ? { erasure: { ...erasure, ...erasureFields.write(state, erasure) } } : {}),
};

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
