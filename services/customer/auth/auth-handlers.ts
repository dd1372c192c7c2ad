import type { Ctx } from '../../../lib/contract/contract.ts';
import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { newAccount, profileOf } from '../account/account.ts';
import { changeOwnAccount, findOwnAccount } from '../account/account-store.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { normaliseEmail } from '../account/email.rules.ts';
import type { authActions } from './auth.contract.ts';
import { mailLink } from './mail-link.ts';
import { checkPassword } from './password.rules.ts';
import { isOutdated } from './password.ts';
import { hashInQueue, tryPassword } from './password-check.ts';
import * as session from './session.ts';
import { announceEndedSessions, issueTokens } from './session-tokens.ts';

const REVOCATIONS_PAGE_SIZE = 1000;
/** Covers writes under way and differing clocks. */
const CLOCK_OVERLAP_MS = 10_000;

/** Merges a guest's cart into the customer's. If this fails, the next read of the cart does it. */
async function mergeGuestCart(ctx: Ctx<unknown>, customerId: string, { logger }: CustomerService): Promise<void> {
  if (!ctx.meta.cartToken) return;
  await ctx.call('cart.merge', { customerId }).catch((error: unknown) => {
    logger.warn(`the cart of ${customerId} could not be merged now`, error);
  });
}

/** The handlers of logging in and out. */
export const authHandlers: Handlers<typeof authActions, CustomerService> = {
  async register(ctx) {
    const { password, name } = ctx.params;
    const email = normaliseEmail(ctx.params.email);
    checkPassword(password, { email, name });
    const [id, sessionId, secret, now] = [newId('cus'), newId('ses'), session.newSecret(), new Date()];
    const isLoggedIn = !this.shop.verifiedLogin;
    const { userAgent } = ctx.meta;
    const passwordHash = await hashInQueue(this, password);
    const sessions = isLoggedIn ? session.openSession([], now, { id: sessionId, secret, userAgent }) : [];
    const account = newAccount({ _id: id, email, name, passwordHash, sessions }, now);
    if (!(await this.store.insert(account))) throw errors.emailTaken();
    // The account exists: a later failure can be repeated and must not be reported as a failed registration.
    const mailed = mailLink(this, this.broker, 'verify-email', account);
    this.worker.background(mailed);
    await mergeGuestCart(ctx, id, this);
    const customer = profileOf(account);
    return { customer, ...(isLoggedIn ? issueTokens(this, account, sessionId, secret) : {}) };
  },

  async login(ctx) {
    const { password } = ctx.params;
    const email = normaliseEmail(ctx.params.email);
    const account = await this.store.findOne({ email });
    const isRight = await tryPassword(this, ctx, password, email, account);
    if (!isRight || !account) throw errors.wrongCredentials();
    if (this.shop.verifiedLogin && !account.verifiedAt) throw errors.emailNotVerified();
    const { passwordCost } = this.shop;
    // Under load, rehashing waits for another login.
    const renewed = isOutdated(account.passwordHash, passwordCost)
      ? await hashInQueue(this, password).catch(() => undefined)
      : undefined;
    const [id, secret, { userAgent }] = [newId('ses'), session.newSecret(), ctx.meta];
    const { role, ended } = await this.store.change(account._id, (doc, now) => {
      // The password was changed in between.
      if (doc.passwordHash !== account.passwordHash) throw errors.wrongCredentials();
      const { ended, patch } = session.replaceSessions(
        doc,
        session.openSession(doc.sessions, now, { id, secret, userAgent }),
        now,
      );
      return { answer: { role: doc.role, ended }, patch: renewed ? { ...patch, passwordHash: renewed } : patch };
    });
    announceEndedSessions(this, ctx, ended);
    await mergeGuestCart(ctx, account._id, this);
    return issueTokens(this, { _id: account._id, ...(role ? { role } : {}) }, id, secret);
  },

  async refresh(ctx) {
    const presented = session.readRefreshToken(ctx.params.refreshToken);
    if (!presented || !(await this.store.get(presented.customerId))) throw errors.invalidToken();
    const { customerId, sessionId } = presented;
    const exchange = { presented, salt: session.newSecret(), isGenuine: session.wasIssued(presented, this.shop) };
    const { rotation, role, ended } = await this.store.change(customerId, (account, now) => {
      const rotation = session.rotateSecret(account.sessions, now, exchange);
      const { ended, patch } = session.replaceSessions(account, rotation.sessions, now);
      return { answer: { rotation, role: account.role, ended }, patch };
    });
    announceEndedSessions(this, ctx, ended);
    if (rotation.outcome === 'refused') throw errors.invalidToken();
    return issueTokens(this, { _id: customerId, ...(role ? { role } : {}) }, sessionId, rotation.secret);
  },

  async logout(ctx) {
    const { refreshToken } = ctx.params;
    const { user } = ctx.meta;
    if (refreshToken === undefined && !user) throw errors.unauthenticated();
    const token = refreshToken === undefined ? undefined : session.readRefreshToken(refreshToken);
    const customerId = refreshToken === undefined ? user?.id : token?.customerId;
    // A token that means nothing has no session to end (RFC 7009 §2.2).
    if (!customerId || !(await this.store.get(customerId))) return;
    const ended = await this.store.change(customerId, (account, now) => {
      const { sessions } = account;
      const left = token
        ? session.endByToken(sessions, token, session.wasIssued(token, this.shop))
        : session.withoutSession(sessions, user?.sessionId);
      const { ended, patch } = session.replaceSessions(account, left, now);
      return { answer: ended, patch };
    });
    announceEndedSessions(this, ctx, ended);
  },

  async sessions(ctx) {
    const { sessions } = await findOwnAccount(customerOf(ctx), this.store);
    const items = sessions
      .toSorted((a, b) => +b.lastUsedAt - +a.lastUsedAt)
      .map((one) => session.sessionView(one, ctx.meta.user?.sessionId));
    return { items, nextCursor: null };
  },

  async endSession(ctx) {
    const { id } = ctx.params;
    const ended = await changeOwnAccount(customerOf(ctx), this.store, (account, now) => {
      const { ended, patch } = session.endSessions(account, [id], now);
      if (ended.length === 0) throw errors.notFound('This session');
      return { answer: ended, patch };
    });
    announceEndedSessions(this, ctx, ended);
  },

  async endAllSessions(ctx) {
    const ended = await changeOwnAccount(customerOf(ctx), this.store, (account, now) => {
      const { ended, patch } = session.endSessions(account, 'all', now);
      return { answer: ended, patch };
    });
    announceEndedSessions(this, ctx, ended);
  },

  async revocations(ctx) {
    const { since } = ctx.params;
    const found = await this.store.find(
      { closedAt: { $gte: new Date(since) } },
      { sort: { closedAt: 1 }, limit: REVOCATIONS_PAGE_SIZE, fields: ['_id', 'closed', 'closedAt'] },
    );
    const sessions = found.flatMap(({ closed = [] }) => closed.filter(({ at }) => +at >= since).map(({ id }) => id));
    const more = found.length === REVOCATIONS_PAGE_SIZE;
    return { sessions, until: more ? +(found.at(-1)?.closedAt ?? since) : Date.now() - CLOCK_OVERLAP_MS, more };
  },
};
