import type { Contract } from '../../../lib/contract/contract.ts';
import { type DueQueue, dueInPart } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { ERASED } from '../../shared/erased.ts';
import type { Account, Erasure } from '../account/account.ts';
import { endSessions } from '../auth/session.ts';

/** The actions that erase a person in other services; each can be repeated. */
export const ERASE_ACTIONS = [
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
export const extensionErasures = (contracts: readonly Contract[]): string[] =>
  contracts
    .filter(({ actions: { erase } }) => erase?.auth === 'internal' && Object.hasOwn(erase.params, 'customerId'))
    .map(({ name }) => `${name}.erase`)
    .filter((action) => !ERASE_ACTIONS.some((ours) => ours === action));

/** Accounts whose data is still to be erased in other services. */
export const erasureQueue: DueQueue<Account> = {
  name: 'erasures',
  policy: RETRY_POLICY,
  ...dueInPart('erasure'),
};

/**
 * Erases the personal data of an account in one write, which also ends its sessions, frees its e-mail address, and queues
 * the erasure in other services. @returns the ids of the ended sessions
 */
export function eraseAccount(account: Readonly<Account>, now: Date): Decision<string[]> {
  const { ended, patch } = endSessions(account, 'all', now);
  return {
    answer: ended,
    patch: {
      ...patch,
      email: `${ERASED}:${account._id}`,
      name: ERASED,
      role: 'customer',
      // No password has this hash.
      passwordHash: '',
      addresses: [],
      wishlist: [],
      consents: [],
      paysByInvoice: false,
      links: {},
      erasure: { requestedAt: now, pass: 1, nextAt: now } satisfies Erasure,
    },
  };
}

/**
 * Ends a pass that all services have acknowledged: the second pass follows the first, and completes the erasure.
 * @param secondPassDelayMs longer than an order may be under way
 */
export function completePass(
  { erasure }: Readonly<Account>,
  pass: 1 | 2,
  secondPassDelayMs: number,
  now: Date,
): Decision<undefined> {
  if (erasure?.pass !== pass || erasure.nextAt === null) return { answer: undefined };
  const next: Erasure =
    pass === 1 ? { ...erasure, pass: 2, nextAt: new Date(+now + secondPassDelayMs) } : { ...erasure, nextAt: null };
  return { answer: undefined, patch: { erasure: next } };
}
