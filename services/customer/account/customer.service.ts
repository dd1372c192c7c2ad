import { keyRing } from '../../../lib/auth/token-keys.ts';
import { properties } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { store } from '../../../mixins/store/store.ts';
import type { NodeConfig } from '../../node-config.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { addressHandlers } from '../address/addresses.ts';
import { authHandlers } from '../auth/auth.ts';
import { credentialHandlers } from '../auth/credentials.ts';
import { HashingQueue } from '../auth/hashing-queue.ts';
import { endSessions } from '../auth/session.ts';
import { erasures } from '../privacy/erasure.ts';
import { eraseElsewhere, privacyHandlers } from '../privacy/privacy.ts';
import { staffHandlers } from '../staff/staff.ts';
import { wishlistHandlers } from '../wishlist/wishlist-handlers.ts';
import { type Account, profileOf, rename } from './account.ts';
import { customer } from './customer.contract.ts';
import { accountOf, type CustomerService, changeOwn, hashed } from './customer-service.ts';
import { normalEmail } from './email.ts';

const ERASURE_LOOK_PAUSE_MS = 500;
const ERASURES_AT_ONCE = 4;

/** @param erasurePause until an erasure looks for what was under way when it began, in ms: longer than an order may be */
export default function customerService(config: NodeConfig, erasurePause = 35_000) {
  return service(customer, config, {
    mixins: [
      dueWork<Account, CustomerService>({
        queue: erasures,
        every: ERASURE_LOOK_PAUSE_MS,
        atOnce: ERASURES_AT_ONCE,
        work(account) {
          return eraseElsewhere(account, this, erasurePause);
        },
      }),
      store<Account>(config, {
        node: 'customer',
        collection: 'customers',
        indexes: [
          { fields: { email: 1 }, unique: true },
          { fields: { closedAt: 1 } },
          { fields: { role: 1, _id: 1 } },
          { fields: { 'erasure.nextAt': 1 } },
          { fields: { 'erasure.parkedAt': 1 }, sparse: true },
        ],
      }),
      properties(() => ({ shop: config, keys: keyRing(config), hashing: new HashingQueue() })),
    ],

    handlers: {
      ...authHandlers,
      ...credentialHandlers,
      ...addressHandlers,
      ...wishlistHandlers,
      ...privacyHandlers,
      ...staffHandlers,

      ready() {
        return this.store.ping();
      },

      async appoint(ctx) {
        const { role, password, name = 'Staff' } = ctx.params;
        const email = normalEmail(ctx.params.email);
        const account = {
          _id: newId('cus'),
          email,
          name,
          role,
          passwordHash: await hashed(this, password),
          addresses: [],
          sessions: [],
          createdAt: new Date(),
        };
        if (await this.store.insert(account)) return { id: account._id, created: true };
        const known = await this.store.findOne({ email });
        if (!known) throw errors.unavailable('The account was removed meanwhile.');
        // The role is in the access token: it holds from the next login on.
        await this.store.change(known._id, (doc, now) => ({
          answer: undefined,
          patch: doc.role === role ? {} : { role, ...endSessions(doc, 'all', now).patch },
        }));
        return { id: known._id, created: false };
      },

      async contact(ctx) {
        const account = await this.store.get(ctx.params.customerId);
        if (!account || account.erasure) throw errors.notFound('This customer');
        return { email: account.email, emailVerified: account.verifiedAt !== undefined, name: account.name };
      },

      async byEmail(ctx) {
        const account = await this.store.findOne({ email: ctx.params.email });
        return { id: account?._id ?? null };
      },

      async profile(ctx) {
        return profileOf(await accountOf(customerOf(ctx), this.store));
      },

      async rename(ctx) {
        const { patch } = rename(ctx.params.name);
        return changeOwn(customerOf(ctx), this.store, (account) => ({
          answer: profileOf({ ...account, ...patch }),
          patch,
        }));
      },
    },
  });
}
