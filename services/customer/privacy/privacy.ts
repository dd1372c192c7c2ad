import type { Ctx, Result } from '../../../lib/contract/contract.ts';
import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { errors } from '../../shared/problems.ts';
import { type Account, profileOf } from '../account/account.ts';
import { consentsView } from '../account/consent.ts';
import { accountOf, type CustomerService, changeOwn, provePassword, revoke } from '../account/customer-service.ts';
import { sessionView } from '../auth/session.ts';
import { ERASURES, erase, furtherErasures, passed } from './erasure.ts';
import type { privacyActions } from './privacy.contract.ts';

const PAGE = 100;

/** Every page of what another service has about a customer. @throws unavailable rather than leave something out */
async function all<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor: string | null }>) {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const next = await page(cursor);
    items.push(...next.items);
    if (next.nextCursor === null) return items;
    cursor = next.nextCursor;
  }
}

const ordersOf = (ctx: Ctx<unknown>, customerId: string) =>
  all((cursor) => ctx.call('order.export', { customerId, limit: PAGE, ...(cursor ? { cursor } : {}) }));

const paymentsOf = (orders: Result<'order.export'>['items']) =>
  orders.flatMap(({ id: orderId, payment, refunds }) => (payment ? [{ orderId, ...payment, refunds }] : []));

/** The handlers of what a person may ask. */
export const privacyHandlers: Handlers<typeof privacyActions, CustomerService> = {
  async export(ctx) {
    const customerId = customerOf(ctx);
    const account = await accountOf(customerId, this.store);
    const pageFrom = (cursor: string | undefined) => ({ customerId, limit: PAGE, ...(cursor ? { cursor } : {}) });
    const [{ currency, items }, orders, invoices, creditNotes, stockAlerts, mails, reviews, votes] = await Promise.all([
      ctx.call('cart.content', { customerId }),
      ordersOf(ctx, customerId),
      ctx.call('invoice.export', { customerId }),
      ctx.call('credit-note.export', { customerId }),
      ctx.call('stock-alert.export', { customerId }),
      ctx.call('mail.export', { customerId }),
      all((cursor) => ctx.call('review.export', pageFrom(cursor))),
      all((cursor) => ctx.call('review-vote.export', pageFrom(cursor))),
    ]);
    ctx.meta.$responseHeaders = { 'Content-Disposition': 'attachment; filename="my-data.json"' };
    return {
      exportedAt: new Date().toISOString(),
      profile: profileOf(account),
      addresses: account.addresses,
      sessions: account.sessions.map((session) => sessionView(session, ctx.meta.user?.sessionId)),
      consents: consentsView(account.consents),
      wishlist: (account.wishlist ?? []).map(({ productId, addedAt }) => ({
        productId,
        addedAt: addedAt.toISOString(),
      })),
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
    revoke(this, ctx, await changeOwn(customerId, this.store, erase));
    await this.store.purge();
  },
};

/**
 * Erases a person everywhere else.
 * @param pauseMs until the second pass: longer than an order may be under way
 * @throws why the first of those failed that did; the others are done
 */
export async function eraseElsewhere(
  { _id: customerId, erasure }: Account,
  { store, broker, shop }: CustomerService,
  pauseMs: number,
): Promise<void> {
  if (!erasure) return;
  // The compiler does not know the contracts of extensions.
  const callFurther = broker.call.bind(broker) as (action: string, params: object) => Promise<unknown>;
  const answers = await Promise.allSettled([
    ...ERASURES.map((action) => broker.call(action, { customerId })),
    ...furtherErasures(shop.contracts).map((action) => callFurther(action, { customerId })),
  ]);
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (failure) throw failure.reason;
  await store.change(customerId, (account, now) => passed(account, erasure.pass, pauseMs, now));
}
