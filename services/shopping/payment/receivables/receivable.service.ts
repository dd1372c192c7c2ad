import type { Ctx, Rpc } from '../../../../lib/contract/contract.ts';
import type { Self } from '../../../../lib/contract/mixin.ts';
import { service, staffOf } from '../../../../lib/contract/service.ts';
import { timeOf } from '../../../../lib/contract/time.ts';
import { DAY_MS } from '../../../../lib/contract/time-zone.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { dueWork } from '../../../../mixins/due-work/due-work.ts';
import { PARKED_INDEX } from '../../../../mixins/due-work/queue.ts';
import { readAuditPage } from '../../../../mixins/store/audit-page.ts';
import { type Store, store } from '../../../../mixins/store/store.ts';
import type { Worker } from '../../../../mixins/worker.ts';
import { errors } from '../../../shared/problems.ts';
import { recordChange } from '../../../shared/record-change.ts';
import { orderIdOfKey } from '../payment-key.ts';
import {
  cancelClaim,
  claimStatement,
  claimsLine,
  creditClaim,
  emptyReceivable,
  findClaim,
  openClaim,
} from './claims.ts';
import { type BookingRequest, bookMoney } from './money-bookings.ts';
import { acknowledgeNews, newsQueue } from './news-queue.ts';
import { receivable } from './receivable.contract.ts';
import { missingOf, type Receivable } from './receivable.ts';
import { receivableViewOf } from './receivable-view.ts';

const MAX_NEWS_AT_ONCE = 20;

type This = Self<{ store: Store<Receivable>; worker: Worker }>;

export default function receivableService(config: Config) {
  return service(receivable, config, {
    mixins: [
      dueWork<Receivable, This>({
        queue: newsQueue,
        atOnce: MAX_NEWS_AT_ONCE,
        work(claimed) {
          return tellOrder(this.store, claimed, this.broker);
        },
      }),
      store<Receivable>(config, {
        node: 'shopping',
        collection: 'receivables',
        create: emptyReceivable,
        indexes: [
          { fields: { newsAt: 1 } },
          PARKED_INDEX,
          // Staff list what is overdue, and what has to be sent back.
          { fields: { payableUntil: 1, _id: 1 } },
          { fields: { surplusSince: 1, _id: 1 } },
        ],
      }),
    ],

    handlers: {
      claim(ctx) {
        const { netDays, ...request } = ctx.params;
        return this.store.change(orderIdOf(request.key), (found, now) => {
          const dueAt = netDays === undefined ? undefined : new Date(+now + netDays * DAY_MS);
          return openClaim(found, { ...request, dueAt }, now);
        });
      },

      async find(ctx) {
        const { key, amount } = ctx.params;
        return findClaim(await this.store.get(orderIdOf(key)), key, amount);
      },

      credit(ctx) {
        const { of } = ctx.params;
        return this.store.change(orderIdOf(of), (found, now) => creditClaim(found, ctx.params, now));
      },

      cancel(ctx) {
        return this.store.change(orderIdOf(ctx.params.key), (found, now) => cancelClaim(found, ctx.params, now));
      },

      async statement(ctx) {
        const { key } = ctx.params;
        return claimStatement(await this.store.get(orderIdOf(key)), key);
      },

      async ledger(ctx) {
        const { provider, ...page } = ctx.params;
        const { items, next } = await readAuditPage(this.store, page, (found) => claimsLine(found, provider));
        return { items: items.filter((line) => line !== null), next };
      },

      bookReceipt(ctx) {
        return book(this, ctx, { kind: 'receipt', ...bookingOf(ctx) }, ctx.params.id);
      },

      bookPayout(ctx) {
        return book(this, ctx, { kind: 'payout', ...bookingOf(ctx) }, ctx.params.id);
      },

      async account(ctx) {
        return receivableViewOf(await getReceivable(this.store, ctx.params.id));
      },

      async list(ctx) {
        const { due, limit, cursor } = ctx.params;
        const isSet = { $gt: new Date(0) };
        const filter = due === 'surplus' ? { surplusSince: isSet } : { payableUntil: { ...isSet, $lt: new Date() } };
        const { items, nextCursor } = await this.store.page(filter, { limit, cursor });
        return { items: items.map(receivableViewOf), nextCursor };
      },
    },
  });
}

const orderIdOf = (key: string): string => orderIdOfKey(key) ?? key;

async function getReceivable(receivables: Store<Receivable>, orderId: string): Promise<Receivable> {
  const found = await receivables.get(orderId);
  // A key that was cancelled before it was used is no claim.
  if (!found || found.currency === null) throw errors.notFound('A payment by bank transfer for this order');
  return found;
}

type BookingContext = Ctx<{ idempotencyKey: string; amount: number; date: string; bankReference: string }>;

/** @throws invalid-request for a day that does not exist, or is in the future in every time zone */
function bookingOf(ctx: BookingContext): Omit<BookingRequest, 'kind'> {
  const { idempotencyKey: key, amount, date, bankReference } = ctx.params;
  if (+timeOf('date', `${date}T00:00:00Z`) > Date.now() + DAY_MS) {
    throw errors.invalidField('/date', 'The day is in the future.');
  }
  return { key, amount, date, bankReference, by: staffOf(ctx) };
}

/** Books money, and tells the order at once. If that fails, the worker tells it. */
async function book(service: This, ctx: BookingContext, request: BookingRequest, orderId: string) {
  const before = await getReceivable(service.store, orderId);
  const booked = await service.store.change(orderId, (found, now) => bookMoney(found, request, now));
  const { kind, amount, date, bankReference } = request;
  recordChange(
    ctx,
    { bookings: before.bookings.length },
    { bookings: booked.bookings.length, kind, amount, date, bankReference },
  );
  await tellOrder(service.store, booked, ctx).catch((error: unknown) =>
    service.logger.warn(`The order ${orderId} will be told later of money that was booked`, error),
  );
  return receivableViewOf(booked);
}

/** Tells the order what has changed, unless it knows that already. */
async function tellOrder(receivables: Store<Receivable>, told: Receivable, rpc: Rpc): Promise<void> {
  if (told.newsAt === null) return;
  await rpc.call('order.paymentNews', { orderId: told._id, isSettled: missingOf(told) === 0 });
  await receivables.change(told._id, (current) => acknowledgeNews(current, told));
}
