import type { Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { limit } from './limit.contract.ts';
import { type Allowance, noAllowance, take } from './limit.ts';

const CLEANING_PAUSE = 60_000;

/** What all gateways together let through. */
export default function limitService(config: Config) {
  return service(limit, config, {
    mixins: [
      worker<Self<{ store: Store<Allowance> }>>({
        every: CLEANING_PAUSE,
        run() {
          return this.store.remove({ endsAt: { $lt: new Date(Date.now() - CLEANING_PAUSE) } });
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
        const { key, ...wish } = ctx.params;
        return this.store.change(key, (allowance, now) => take(allowance, wish, now));
      },
    },
  });
}
