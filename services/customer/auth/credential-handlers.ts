import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { RefusedPatch } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import type { Account } from '../account/account.ts';
import { changeOwnAccount, findOwnAccount } from '../account/account-store.ts';
import { consentsView, recordConsent } from '../account/consent.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { normaliseEmail } from '../account/email.rules.ts';
import { verifiedFields } from '../account/guest-claim.ts';
import type { credentialActions } from './credential.contract.ts';
import { newNonce, readLink, requirePending, withoutLinks } from './link.ts';
import { mailLink } from './mail-link.ts';
import { checkPassword } from './password.rules.ts';
import { hashInQueue, provePassword } from './password-check.ts';
import { endSessions, replaceSessions } from './session.ts';
import { announceEndedSessions } from './session-tokens.ts';

/** Mails the owner about a change of the account, to the address before the change. */
const notifyOwner = (
  { worker, broker }: CustomerService,
  kind: 'email-changed' | 'password-changed',
  customerId: string,
  to: string,
) => worker.background(broker.call('mail.queue', { id: `${kind}:${newNonce()}`, customerId, kind, to }));

/**
 * Acts for the owner of an e-mail address after the response: neither its content nor its time tells whether the address
 * is registered.
 */
function forOwner(service: CustomerService, email: string, act: (account: Account) => Promise<void>): void {
  const found = service.store.findOne({ email: normaliseEmail(email) });
  service.worker.background(found.then((account) => (account ? act(account) : undefined)));
}

/** The account that a link was mailed for. @throws link-expired */
async function findByLink({ store }: CustomerService, customerId: string): Promise<Account> {
  const account = await store.get(customerId);
  if (!account) throw errors.linkExpired();
  return account;
}

/** The handlers of e-mail address, password and consents. */
export const credentialHandlers: Handlers<typeof credentialActions, CustomerService> = {
  resendVerification(ctx) {
    forOwner(this, ctx.params.email, async (account) => {
      if (!account.verifiedAt) await mailLink(this, this.broker, 'verify-email', account);
    });
  },

  async verifyEmail(ctx) {
    const link = readLink(ctx.params.token, ['verify-email', 'change-email'], this.shop);
    const before = await findByLink(this, link.customerId);
    const changed = await this.store
      .change(link.customerId, (account, now) => {
        const { email } = requirePending(account.links, link, now);
        const isChange = email !== account.email;
        // A link for an address that the account no longer has proves nothing.
        if (isChange && link.purpose === 'verify-email') throw errors.linkExpired();
        const links = isChange ? {} : withoutLinks(account.links, link.purpose);
        return { answer: isChange, patch: { email, ...verifiedFields(now), links } };
      })
      .catch(rethrowTaken);
    if (changed) notifyOwner(this, 'email-changed', before._id, before.email);
  },

  async changeEmail(ctx) {
    const account = await provePassword(this, ctx, ctx.params.password, customerOf(ctx));
    const email = normaliseEmail(ctx.params.email);
    if (email === account.email) throw errors.invalidRequest([{ pointer: '/email', detail: 'This is your address.' }]);
    // A taken address is not disclosed: no mail is sent.
    if (await this.store.findOne({ email })) return;
    this.worker.background(mailLink(this, this.broker, 'change-email', { _id: account._id, email }));
  },

  async changePassword(ctx) {
    const { currentPassword, password } = ctx.params;
    const account = await provePassword(this, ctx, currentPassword, customerOf(ctx));
    checkPassword(password, account);
    const passwordHash = await hashInQueue(this, password);
    const ended = await changeOwnAccount(account._id, this.store, (doc, now) => {
      if (doc.passwordHash !== account.passwordHash) throw errors.wrongCredentials();
      const kept = doc.sessions.filter(({ id }) => id === ctx.meta.user?.sessionId);
      const { ended, patch } = replaceSessions(doc, kept, now);
      return { answer: ended, patch: { ...patch, passwordHash, links: withoutLinks(doc.links, 'reset-password') } };
    });
    announceEndedSessions(this, ctx, ended);
    notifyOwner(this, 'password-changed', account._id, account.email);
  },

  forgotPassword(ctx) {
    forOwner(this, ctx.params.email, (account) => mailLink(this, this.broker, 'reset-password', account));
  },

  async resetPassword(ctx) {
    const { token, password } = ctx.params;
    const link = readLink(token, ['reset-password'], this.shop);
    const account = await findByLink(this, link.customerId);
    requirePending(account.links, link, new Date());
    checkPassword(password, account);
    const passwordHash = await hashInQueue(this, password);
    const ended = await this.store.change(account._id, (doc, now) => {
      const { email } = requirePending(doc.links, link, now);
      const { ended, patch } = endSessions(doc, 'all', now);
      // The link proves access to the mails of this address.
      const proof = email === doc.email ? { ...verifiedFields(now), verifiedAt: doc.verifiedAt ?? now } : {};
      return {
        answer: ended,
        patch: { ...patch, ...proof, passwordHash, links: withoutLinks(doc.links, 'reset-password', 'change-email') },
      };
    });
    announceEndedSessions(this, ctx, ended);
    // The owner has proved who they are: guesses of others must not delay them.
    await ctx.call('attempt.succeed', { email: account.email, address: ctx.meta.address ?? '' });
    notifyOwner(this, 'password-changed', account._id, account.email);
  },

  async consents(ctx) {
    const { consents } = await findOwnAccount(customerOf(ctx), this.store);
    return { items: consentsView(consents), nextCursor: null };
  },

  async setConsent(ctx) {
    const { purpose, granted } = ctx.params;
    const consents = await changeOwnAccount(customerOf(ctx), this.store, (account, now) => {
      const consents = recordConsent(account.consents ?? [], purpose, granted, now);
      return { answer: consents, patch: { consents } };
    });
    return { items: consentsView(consents), nextCursor: null };
  },
};

function rethrowTaken(error: unknown): never {
  throw error instanceof RefusedPatch && error.isDuplicate ? errors.emailTaken() : error;
}
