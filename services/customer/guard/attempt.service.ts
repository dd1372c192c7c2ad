import { keyedHash } from '../../../lib/auth/secrets.ts';
import type { Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import { clientNetwork } from '../../../lib/process/client-address.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { attempt } from './attempt.contract.ts';
import {
  ATTEMPT_RETENTION_MS,
  type Attempts,
  countAccountAttempt,
  countAddressAttempt,
  noAttempts,
  recordAccountSuccess,
  recordAddressSuccess,
} from './attempts.ts';

const CLEANUP_INTERVAL_MS = 3600_000;

/** Delays password guessing. The counts are in the database, so they hold across gateways and nodes. */
export default function attemptService(config: Config) {
  const hash = (text: string) => keyedHash(config.tokenSecret, `attempt ${text}`);
  const idsOf = ({ email, address }: { email: string; address: string }) => {
    const from = hash(clientNetwork(address));
    return { account: `to-${hash(email)}`, address: `from-${from}`, from };
  };

  return service(attempt, config, {
    mixins: [
      worker<Self<{ store: Store<Attempts> }>>({
        every: CLEANUP_INTERVAL_MS,
        run() {
          return this.store.remove({ updatedAt: { $lt: new Date(Date.now() - ATTEMPT_RETENTION_MS) } });
        },
      }),
      store<Attempts>(config, {
        node: 'customer',
        collection: 'attempts',
        create: noAttempts,
        indexes: [{ fields: { updatedAt: 1 } }],
      }),
    ],

    handlers: {
      async begin(ctx) {
        const { account, address, from } = idsOf(ctx.params);
        const slowed = await this.store.change(address, countAddressAttempt);
        if (slowed > 0) return { wait: slowed };
        return { wait: await this.store.change(account, (doc, now) => countAccountAttempt(doc, from, now)) };
      },

      async succeed(ctx) {
        const { account, address, from } = idsOf(ctx.params);
        await Promise.all([
          this.store.change(address, recordAddressSuccess),
          this.store.change(account, (doc, now) => recordAccountSuccess(doc, from, now)),
        ]);
      },
    },
  });
}
