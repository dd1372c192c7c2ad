import type { Ctx } from '../../../lib/contract/contract.ts';
import type { Account } from '../account/account.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { type LinkPurpose, newNonce, pendingLink } from './link.ts';

/** Stores a link and queues the mail with it to the address that it verifies. */
export async function mailLink(
  { store }: CustomerService,
  ctx: Pick<Ctx<unknown>, 'call'>,
  purpose: LinkPurpose,
  { _id: customerId, email }: Pick<Account, '_id' | 'email'>,
): Promise<void> {
  const nonce = newNonce();
  const link = await store.change(customerId, ({ links = {} }, now) => {
    const pending = pendingLink(purpose, email, { before: links[purpose], nonce, now });
    return { answer: pending, patch: { links: { ...links, [purpose]: pending } } };
  });
  await ctx.call('mail.queue', {
    id: `${purpose}:${newNonce()}`,
    customerId,
    kind: purpose,
    to: email,
    link: { nonce: link.nonce, expiresAt: link.expiresAt.toISOString() },
  });
}
