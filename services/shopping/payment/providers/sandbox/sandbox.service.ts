import { setTimeout as sleep } from 'node:timers/promises';
import type { Self } from '../../../../../lib/contract/mixin.ts';
import { service } from '../../../../../lib/contract/service.ts';
import type { Config } from '../../../../../lib/process/config.ts';
import { dueWork } from '../../../../../mixins/due-work/due-work.ts';
import { PARKED_INDEX } from '../../../../../mixins/due-work/queue.ts';
import { readAuditPage } from '../../../../../mixins/store/audit-page.ts';
import { type Store, store } from '../../../../../mixins/store/store.ts';
import type { Worker } from '../../../../../mixins/worker.ts';
import { errors } from '../../../../shared/problems.ts';
import { publicAddress } from '../../public-address.ts';
import { answerChallenge } from './bank-events.ts';
import { challengeView } from './challenge-view.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { sandbox } from './sandbox.contract.ts';
import {
  cancelledEntry,
  capture,
  ledgerLine,
  ledgerOutcome,
  lookUp,
  openEntry,
  repeatCharge,
} from './sandbox-ledger.ts';
import { sandboxQueue } from './sandbox-queue.ts';
import { cancel, refund, statementOf } from './sandbox-refunds.ts';
import { sandboxSecret } from './sandbox-secret.ts';
import { sendDueWebhooks } from './sandbox-webhooks.ts';

const MAX_ENTRIES_AT_ONCE = 20;
/** The duration of a charge by `tok_slow`. */
const SLOW_CHARGE_MS = 3000;

type This = Self<{ store: Store<LedgerEntry>; worker: Worker }>;

export default function sandboxService(config: Config) {
  const webhookSecret = sandboxSecret(config);

  return service(sandbox, config, {
    mixins: [
      dueWork<LedgerEntry, This>({
        queue: sandboxQueue,
        atOnce: MAX_ENTRIES_AT_ONCE,
        work({ _id }) {
          return sendDueWebhooks(_id, this.store, this.broker, webhookSecret);
        },
      }),
      store<LedgerEntry>(config, {
        node: 'shopping',
        collection: 'sandbox-ledger',
        indexes: [{ fields: { dueAt: 1 } }, PARKED_INDEX],
      }),
    ],

    handlers: {
      async authorise(ctx) {
        const { key, returnUrl, ...charge } = ctx.params;
        const payment = { ...charge, page: { url: publicAddress(config, `/sandbox/challenge/${key}`), returnUrl } };
        if (payment.method === 'tok_slow') await sleep(SLOW_CHARGE_MS, undefined, { ref: false });
        const first = openEntry(key, payment, new Date());
        if (!(await this.store.insert(first)))
          return this.store.change(key, (entry) => repeatCharge(entry, payment.amount));
        if (payment.method.startsWith('tok_timeout_')) throw errors.unavailable('The response was lost.');
        return ledgerOutcome(first);
      },

      capture(ctx) {
        const { key, amount } = ctx.params;
        return this.store.change(key, (entry) => capture(entry, amount));
      },

      async find(ctx) {
        return lookUp(await this.store.get(ctx.params.key), ctx.params.amount);
      },

      refund(ctx) {
        const { key, of, amount } = ctx.params;
        return this.store.change(of, (entry, now) => refund(entry, key, amount, now));
      },

      async cancel(ctx) {
        const { key } = ctx.params;
        if (await this.store.insert(cancelledEntry(key, new Date()))) return { outcome: 'cancelled' as const };
        return this.store.change(key, cancel);
      },

      async statement(ctx) {
        const entry = await this.store.get(ctx.params.key);
        return entry && statementOf(entry);
      },

      async challenge(ctx) {
        const entry = await this.store.get(ctx.params.key);
        return entry && challengeView(entry);
      },

      async answer(ctx) {
        const { key, approved } = ctx.params;
        const known = await this.store.get(key);
        if (!known || !challengeView(known)) throw errors.notFound('This challenge');
        const answered = await this.store.change(key, (entry, now) => {
          const patch = answerChallenge(entry, approved, now);
          return { answer: { ...entry, ...patch }, ...(patch.state ? { patch } : {}) };
        });
        const view = challengeView(answered);
        if (!view) throw errors.notFound('This challenge');
        return view;
      },

      books(ctx) {
        return readAuditPage(this.store, ctx.params, ledgerLine);
      },
    },
  });
}
