import type { KeyRing } from '../../../lib/auth/token-keys.ts';
import type { Self } from '../../../lib/contract/mixin.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import type { HashingQueue } from '../auth/hashing-queue.ts';
import type { Account } from './account.ts';

/** What mixins add to the `customer` service. */
interface CustomerMixins {
  store: Store<Account>;
  worker: Worker;
  shop: NodeConfig;
  keys: KeyRing;
  hashing: HashingQueue;
}

/** The `customer` service, as its handlers see it. */
import type { NodeConfig } from '../../node-config.ts';
export type CustomerService = Self<CustomerMixins>;
