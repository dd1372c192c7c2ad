import { type DueQueue, dueInPart } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Account } from './account.ts';
import type { CustomerService } from './customer-mixins.ts';

/** The fields of an account whose owner has proved the address: the claim is due from this write on, so it is not lost. */
export const verifiedFields = (now: Date): Pick<Account, 'verifiedAt' | 'guestClaim'> & { verifiedAt: Date } => ({
  verifiedAt: now,
  guestClaim: { nextAt: now },
});

/** Accounts that have verified an address, and have not claimed the orders of guests with it yet. */
export const guestClaimQueue: DueQueue<Account> = {
  name: 'guest-claims',
  policy: RETRY_POLICY,
  ...dueInPart('guestClaim'),
};

/** Claims the orders of guests with the verified address of an account. */
export async function claimGuestOrders(account: Account, { store, broker }: CustomerService): Promise<void> {
  const { _id: customerId, email, verifiedAt, erasure } = account;
  if (verifiedAt && !erasure) await broker.call('order.claim', { email, customerId });
  await store.change(customerId, ({ guestClaim }) =>
    // Another address may have been verified meanwhile.
    +(guestClaim?.nextAt ?? 0) === +(account.guestClaim?.nextAt ?? 0)
      ? { answer: undefined, patch: { guestClaim: undefined } }
      : { answer: undefined },
  );
}
