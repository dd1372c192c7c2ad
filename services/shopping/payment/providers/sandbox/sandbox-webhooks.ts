import type { Rpc } from '../../../../../lib/contract/contract.ts';
import type { Store } from '../../../../../mixins/store/store.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { delivered, fallDue } from './sandbox-ledger.ts';
import { sandboxWebhook } from './sandbox-provider.ts';

/**
 * Does what is due of an entry that was claimed: late captures, and webhooks. Those go through the broker to the action
 * that the gateway's route calls, since the sandbox cannot know the gateway's address. Copies are sent at once, as it
 * happens with a provider that has several machines.
 */
export async function sendDue(key: string, ledger: Store<LedgerEntry>, rpc: Rpc, secret: string): Promise<void> {
  for (const event of await ledger.change(key, fallDue)) {
    const webhook = sandboxWebhook(key, event, secret, new Date());
    const copies = Array.from({ length: event.copies }, () =>
      rpc.call('payment.webhook', { provider: 'sandbox', ...webhook }),
    );
    await Promise.all(copies);
    await ledger.change(key, (entry) => delivered(entry, event.id));
  }
}
