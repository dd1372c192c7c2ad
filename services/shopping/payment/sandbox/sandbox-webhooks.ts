import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Store } from '../../../../mixins/store/store.ts';
import { sandboxWebhook } from '../providers/sandbox.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { delivered, fallDue } from './sandbox-ledger.ts';

const BATCH = 20;

/**
 * Does what is due in the ledger: late captures, and webhooks. Those go through the broker to the action that the
 * gateway's route calls, since the sandbox cannot know the gateway's address.
 */
export async function sendDue(
  ledger: Store<LedgerEntry>,
  rpc: Rpc,
  secret: string,
  failed: (error: unknown, key: string) => void,
): Promise<void> {
  const due = { $gt: new Date(0), $lte: new Date() };
  const entries = await ledger.find({ dueAt: due }, { sort: { dueAt: 1 }, limit: BATCH, fields: ['_id'] });
  await Promise.all(entries.map(({ _id }) => send(_id, ledger, rpc, secret).catch((error) => failed(error, _id))));
}

/** Copies are sent at once, as it happens with a provider that has several machines. */
async function send(key: string, ledger: Store<LedgerEntry>, rpc: Rpc, secret: string): Promise<void> {
  for (const event of await ledger.change(key, fallDue)) {
    const webhook = sandboxWebhook(key, event, secret, new Date());
    const copies = Array.from({ length: event.copies }, () =>
      rpc.call('payment.webhook', { provider: 'sandbox', ...webhook }),
    );
    await Promise.all(copies);
    await ledger.change(key, (entry) => delivered(entry, event.id));
  }
}
