import { randomUUID } from 'node:crypto';
import type { Handlers } from '../../../../lib/contract/service.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { normaliseEmail } from '../../../customer/account/email.rules.ts';
import { readGuestLink } from '../../../shared/guest-link.ts';
import { isGuestId } from '../../../shared/ids.ts';
import { errors } from '../../../shared/problems.ts';
import type { OrderService } from '../order-commands.ts';
import { normalOrderNumber } from '../order-number.ts';
import { orderSummaryView } from '../order-view.ts';
import { claimOrder } from './claim-order.ts';
import type { orderGuestActions } from './guest.contract.ts';
import { eraseGuestOrders, exportGuestOrders, findGuestOrders, mailPrivacyLink } from './guest-privacy.ts';
import { hashOrderToken, orderTokenOf, withTokenHash } from './order-token.ts';

/** The handlers of guests' actions, and of the claims of their orders. */
export const guestHandlers = (config: Config): Handlers<typeof orderGuestActions, OrderService> => {
  const requireGuestCheckout = () => {
    if (!config.guestCheckout) throw errors.guestCheckoutDisabled();
  };

  return {
    // Found and mailed after the response: its time does not tell whether there is such an order.
    lookup(ctx) {
      requireGuestCheckout();
      const { number, email } = ctx.params;
      this.worker.background(mailOrderLink(this, normalOrderNumber(number), normaliseEmail(email)));
    },

    mailGuestExport(ctx) {
      requireGuestCheckout();
      this.worker.background(mailPrivacyLink(this, 'guest-export', normaliseEmail(ctx.params.email), config));
    },

    mailGuestErasure(ctx) {
      requireGuestCheckout();
      this.worker.background(mailPrivacyLink(this, 'guest-erasure', normaliseEmail(ctx.params.email), config));
    },

    async exportGuest(ctx) {
      requireGuestCheckout();
      const email = readGuestLink(ctx.params.token, 'guest-export', config);
      ctx.meta.$responseHeaders = { 'Content-Disposition': 'attachment; filename="my-data.json"' };
      return exportGuestOrders(this, email);
    },

    async eraseGuest(ctx) {
      requireGuestCheckout();
      const email = readGuestLink(ctx.params.token, 'guest-erasure', config);
      await eraseGuestOrders(this, email);
    },

    async guestToken(ctx) {
      const { orderId } = ctx.params;
      const order = await this.store.get(orderId);
      if (!config.guestCheckout || order?.guest?.email === undefined) return { token: null };
      const token = orderTokenOf(orderId, config.tokenSecret);
      const hash = hashOrderToken(token);
      // The order is from before the shop's secret was replaced.
      if (!order.guest.tokenHashes.includes(hash)) {
        await this.store.change(orderId, ({ guest }) =>
          guest?.email === undefined
            ? { answer: undefined }
            : {
                answer: undefined,
                patch: { guest: { ...guest, tokenHashes: withTokenHash(guest.tokenHashes, hash) } },
              },
        );
      }
      return { token };
    },

    async claim(ctx) {
      const { email, customerId } = ctx.params;
      for (const { _id } of await findGuestOrders(this, email)) await claim(this, _id, customerId);
    },

    async offer(ctx) {
      const order = await this.store.get(ctx.params.orderId);
      const email = order?.guest?.email;
      if (email === undefined) return;
      const { id } = await ctx.call('customer.byVerifiedEmail', { email });
      if (id) await claim(this, ctx.params.orderId, id);
    },
  };
};

async function claim({ store, worker }: OrderService, orderId: string, customerId: string): Promise<void> {
  const { nextAt } = await store.change(orderId, (order, now) => claimOrder(order, customerId, now));
  if (nextAt) worker.wake(+nextAt);
}

/** Mails the link to an order to the guest who placed it. */
async function mailOrderLink({ store, broker }: OrderService, number: string, email: string): Promise<void> {
  const found = await store.find({ number }, { limit: 100 });
  for (const order of found) {
    const { customerId } = order;
    if (!isGuestId(customerId) || order.guest?.email !== email) continue;
    const id = `order-link:${randomUUID()}`;
    await broker.call('mail.queue', { id, customerId, kind: 'order-link', to: email, order: orderSummaryView(order) });
  }
}
