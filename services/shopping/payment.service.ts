import type { Config } from '../../lib/config.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { payment } from './payment.contract.ts';
import { type LedgerEntry, sandboxProvider } from './sandbox-provider.ts';

export default function paymentService(config: Config) {
  return service<{ store: Store<LedgerEntry> }>()(payment, config, {
    mixins: [store<LedgerEntry>(config, { node: 'shopping', collection: 'sandbox-ledger' })],

    handlers: {
      async charge(ctx) {
        const provider = sandboxProvider(this.store);
        const { orderId, amount } = ctx.params;
        const charge = await provider.charge(orderId, amount).catch(async (error) => {
          // The charge may have gone through although its answer did not arrive.
          const known = await provider.find(orderId);
          if (!known) throw error;
          return known;
        });
        return charge.outcome === 'captured' ? { ...charge, provider: provider.name } : charge;
      },

      cancel(ctx) {
        return sandboxProvider(this.store).cancel(ctx.params.orderId);
      },
    },
  });
}
