import type { Result } from '../../../lib/contract/contract.ts';
import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { errors } from '../../shared/problems.ts';
import { type Account, profileOf } from '../account/account.ts';
import { changeOwnAccount, findOwnAccount } from '../account/account-store.ts';
import { consentsView } from '../account/consent.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { provePassword } from '../auth/password-check.ts';
import { sessionView } from '../auth/session.ts';
import { announceEndedSessions } from '../auth/session-tokens.ts';
import { wishView } from '../wishlist/wishlist.ts';
import { completePass, ERASE_ACTIONS, eraseAccount, extensionErasures } from './erasure.ts';
import type { privacyActions } from './privacy.contract.ts';

const EXPORT_PAGE_SIZE = 100;

/** Reads all pages. It throws what a page throws, so that an export is complete or fails. */
async function readAllPages<T>(
  readPage: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor: string | null }>,
) {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const next = await readPage(cursor);
    items.push(...next.items);
    if (next.nextCursor === null) return items;
    cursor = next.nextCursor;
  }
}

const paymentsOf = (orders: Result<'order.export'>['items']) =>
  orders.flatMap(({ id: orderId, payment, refunds }) => (payment.captured ? [{ orderId, ...payment, refunds }] : []));

/** The handlers of the export and the erasure of personal data. */
export const privacyHandlers: Handlers<typeof privacyActions, CustomerService> = {
  async export(ctx) {
    const customerId = customerOf(ctx);
    const account = await findOwnAccount(customerId, this.store);
    const pageFrom = (cursor: string | undefined) => ({
      customerId,
      limit: EXPORT_PAGE_SIZE,
      ...(cursor ? { cursor } : {}),
    });
    const [{ currency, items }, orders, invoices, creditNotes, stockAlerts, mails, reviews, votes] = await Promise.all([
      ctx.call('cart.content', { customerId }),
      readAllPages((cursor) => ctx.call('order.export', pageFrom(cursor))),
      ctx.call('invoice.export', { customerId }),
      ctx.call('credit-note.export', { customerId }),
      ctx.call('stock-alert.export', { customerId }),
      ctx.call('mail.export', { customerId }),
      readAllPages((cursor) => ctx.call('review.export', pageFrom(cursor))),
      readAllPages((cursor) => ctx.call('review-vote.export', pageFrom(cursor))),
    ]);
    ctx.meta.$responseHeaders = { 'Content-Disposition': 'attachment; filename="my-data.json"' };
    return {
      exportedAt: new Date().toISOString(),
      profile: profileOf(account),
      addresses: account.addresses,
      sessions: account.sessions.map((session) => sessionView(session, ctx.meta.user?.sessionId)),
      consents: consentsView(account.consents),
      wishlist: (account.wishlist ?? []).map(wishView),
      cart: { currency, items },
      orders,
      payments: paymentsOf(orders),
      invoices: invoices.items,
      creditNotes: creditNotes.items,
      stockAlerts: stockAlerts.items,
      mails: mails.items,
      reviews,
      votes,
    };
  },

  async erase(ctx) {
    const { _id: customerId } = await provePassword(this, ctx, ctx.params.password, customerOf(ctx));
    const { orders } = await ctx.call('order.open', { customerId });
    if (orders.length > 0) throw errors.ordersOpen(orders);
    announceEndedSessions(this, ctx, await changeOwnAccount(customerId, this.store, eraseAccount));
    await this.store.purge();
  },
};

/**
 * Erases a person's data in all other services, and ends the pass.
 * @param secondPassDelayMs longer than an order may be under way
 * @throws the first failure; the other services have been called, too
 */
export async function eraseInOtherServices(
  { _id: customerId, erasure }: Account,
  { store, broker, shop }: CustomerService,
  secondPassDelayMs: number,
): Promise<void> {
  if (!erasure) return;
  // The compiler does not know the contracts of extensions.
  const callExtension = broker.call.bind(broker) as (action: string, params: object) => Promise<unknown>;
  const answers = await Promise.allSettled([
    ...ERASE_ACTIONS.map((action) => broker.call(action, { customerId })),
    ...extensionErasures(shop.contracts).map((action) => callExtension(action, { customerId })),
  ]);
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (failure) throw failure.reason;
  await store.change(customerId, (account, now) => completePass(account, erasure.pass, secondPassDelayMs, now));
}
