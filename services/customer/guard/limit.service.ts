import type { Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { limit } from './limit.contract.ts';
import { type Allowance, leaseRequests, noAllowance } from './limit.ts';

const CLEANUP_INTERVAL_MS = 60_000;

/** The rate limits that all gateways share. */
export default function limitService(config: Config) {
  return service(limit, config, {
    mixins: [
      worker<Self<{ store: Store<Allowance> }>>({
        every: CLEANUP_INTERVAL_MS,
        run() {
          return this.store.remove({ endsAt: { $lt: new Date(Date.now() - CLEANUP_INTERVAL_MS) } });
        },
      }),
      store<Allowance>(config, {
        node: 'customer',
        collection: 'limits',
        create: noAllowance,
        indexes: [{ fields: { endsAt: 1 } }],
      }),
    ],

    handlers: {
      take(ctx) {
        const { key, ...request } = ctx.params;
        return this.store.change(key, (allowance, now) => leaseRequests(allowance, request, now));
      },
    },
  });
}
