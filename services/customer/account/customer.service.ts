import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import { properties } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import { dueWork, furtherDueWork } from '../../../mixins/due-work/due-work.ts';
import { store } from '../../../mixins/store/store.ts';
import type { NodeConfig } from '../../node-config.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { addressHandlers } from '../address/address-handlers.ts';
import { authHandlers } from '../auth/auth-handlers.ts';
import { credentialHandlers } from '../auth/credential-handlers.ts';
import { HashingQueue } from '../auth/hashing-queue.ts';
import { hashInQueue } from '../auth/password-check.ts';
import { erasureQueue } from '../privacy/erasure.ts';
import { eraseInOtherServices, privacyHandlers } from '../privacy/privacy-handlers.ts';
import { paymentTermsHandlers } from '../staff/payment-terms-handlers.ts';
import { staffHandlers } from '../staff/staff-handlers.ts';
import { wishlistHandlers } from '../wishlist/wishlist-handlers.ts';
import { type Account, changeRole, newAccount, profileOf, rename } from './account.ts';
import { changeOwnAccount, findOwnAccount, insertUnlessKnown } from './account-store.ts';
import { customer } from './customer.contract.ts';
import type { CustomerService } from './customer-mixins.ts';
import { normaliseEmail } from './email.rules.ts';
import { claimGuestOrders, guestClaimQueue } from './guest-claim.ts';

const MAX_CONCURRENT_ERASURES = 4;
const MAX_CONCURRENT_CLAIMS = 4;

/** @param secondPassDelayMs from the first pass of an erasure to the second; longer than an order may be under way */
export default function customerService(config: NodeConfig, secondPassDelayMs = 35_000) {
  return service(customer, config, {
    mixins: [
      dueWork<Account, CustomerService>({
        queue: erasureQueue,
        atOnce: MAX_CONCURRENT_ERASURES,
        work(account) {
          return eraseInOtherServices(account, this, secondPassDelayMs);
        },
      }),
      furtherDueWork<Account, CustomerService>({
        queue: guestClaimQueue,
        atOnce: MAX_CONCURRENT_CLAIMS,
        work(account) {
          return claimGuestOrders(account, this);
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
          { fields: { 'guestClaim.nextAt': 1 }, sparse: true },
          { fields: { 'guestClaim.parkedAt': 1 }, sparse: true },
        ],
      }),
      properties(() => ({ shop: config, keys: createKeyRing(config), hashing: new HashingQueue() })),
    ],

    handlers: {
      ...authHandlers,
      ...credentialHandlers,
      ...addressHandlers,
      ...wishlistHandlers,
      ...privacyHandlers,
      ...staffHandlers,
      ...paymentTermsHandlers,

      ready() {
        return this.store.ping();
      },

      async appoint(ctx) {
        const { role, password, name = 'Staff' } = ctx.params;
        const email = normaliseEmail(ctx.params.email);
        const passwordHash = await hashInQueue(this, password);
        const account = newAccount({ _id: newId('cus'), email, name, role, passwordHash }, new Date());
        const known = await insertUnlessKnown(this.store, account);
        if (known) await this.store.change(known._id, (doc, now) => changeRole(doc, role, now));
        return { id: known?._id ?? account._id, created: !known };
      },

      async contact(ctx) {
        const [account] = await this.store.find(
          { _id: ctx.params.customerId },
          { limit: 1, fields: ['email', 'verifiedAt', 'name', 'erasure'] },
        );
        if (!account || account.erasure) throw errors.notFound('This customer');
        return { email: account.email, emailVerified: account.verifiedAt !== undefined, name: account.name };
      },

      async byEmail(ctx) {
        const account = await this.store.findOne({ email: ctx.params.email });
        return { id: account?._id ?? null };
      },

      async byVerifiedEmail(ctx) {
        const account = await this.store.findOne({ email: ctx.params.email });
        return { id: account?.verifiedAt && !account.erasure ? account._id : null };
      },

      async profile(ctx) {
        return profileOf(await findOwnAccount(customerOf(ctx), this.store));
      },

      async rename(ctx) {
        const { patch } = rename(ctx.params.name);
        return changeOwnAccount(customerOf(ctx), this.store, (account) => ({
          answer: profileOf({ ...account, ...patch }),
          patch,
        }));
      },
    },
  });
}
