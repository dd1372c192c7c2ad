import type { Rpc } from '../../../../../lib/contract/contract.ts';
import type { Store } from '../../../../../mixins/store/store.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { signedWebhook } from './sandbox-provider.ts';
import { applyDueEvents, removeDelivered } from './sandbox-queue.ts';

/**
 * Applies the due bank events of a claimed entry, and sends its webhooks. They go through the broker to the action behind the
 * gateway's route, since the sandbox does not know the gateway's address. Copies are sent concurrently, as by a provider with
 * several machines.
 */
export async function sendDueWebhooks(
  key: string,
  ledger: Store<LedgerEntry>,
  rpc: Rpc,
  secret: string,
): Promise<void> {
  for (const event of await ledger.change(key, applyDueEvents)) {
    const webhook = signedWebhook(key, event, secret, new Date());
    const copies = Array.from({ length: event.copies }, () =>
      rpc.call('payment.webhook', { provider: 'sandbox', ...webhook }),
    );
    await Promise.all(copies);
    await ledger.change(key, (entry) => removeDelivered(entry, event.id));
  }
}
