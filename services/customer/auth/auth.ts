import type { Ctx } from '../../../lib/contract/contract.ts';
import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { type Account, profileOf } from '../account/account.ts';
import {
  accountOf,
  type CustomerService,
  changeOwn,
  hashed,
  isPassword,
  leaving,
  mailLink,
  revoke,
  tokensFor,
} from '../account/customer-service.ts';
import { normalEmail } from '../account/email.ts';
import type { authActions } from './auth.contract.ts';
import { checkPassword } from './password.rules.ts';
import { isOutdated } from './password.ts';
import * as session from './session.ts';

const PAGE = 1000;
/** Writes that were under way when somebody asked, and clocks that differ; in ms. */
const OVERLAP = 10_000;

/** Whoever comes with a guest's cart keeps what is in it. When that fails now, the next look at the cart does it. */
async function takeCart(ctx: Ctx<unknown>, customerId: string, { logger }: CustomerService): Promise<void> {
  if (!ctx.meta.cartToken) return;
  await ctx.call('cart.merge', { customerId }).catch((error: unknown) => {
    logger.warn(`the cart of ${customerId} could not be merged now`, error);
  });
}

/** The handlers of logging in and out. */
export const authHandlers: Handlers<typeof authActions, CustomerService> = {
  async register(ctx) {
    const { password, name } = ctx.params;
    const email = normalEmail(ctx.params.email);
    checkPassword(password, { email, name });
    const [id, sessionId, secret, now] = [newId('cus'), newId('ses'), session.newSecret(), new Date()];
    const isIn = !this.shop.verifiedLogin;
    const { userAgent } = ctx.meta;
    const account: Omit<Account, 'rev'> = {
      _id: id,
      email,
      name,
      passwordHash: await hashed(this, password),
      addresses: [],
      sessions: isIn ? session.open([], now, { id: sessionId, secret, userAgent }) : [],
      createdAt: now,
    };
    if (!(await this.store.insert(account))) throw errors.emailTaken();
    // The account is there: what fails from here on can be asked for again, and must not say that it is not.
    const mailed = mailLink(this, this.broker, 'verify-email', account);
    this.worker.background(mailed);
    await takeCart(ctx, id, this);
    const customer = profileOf({ ...account, rev: 0 });
    return { customer, ...(isIn ? tokensFor(this, account, sessionId, secret) : {}) };
  },

  async login(ctx) {
    const { password } = ctx.params;
    const email = normalEmail(ctx.params.email);
    const account = await this.store.findOne({ email });
    const isRight = await isPassword(this, ctx, password, email, account);
    if (!isRight || !account) throw errors.wrongCredentials();
    if (this.shop.verifiedLogin && !account.verifiedAt) throw errors.emailNotVerified();
    const { passwordCost } = this.shop;
    // In a rush it can wait for another login.
    const renewed = isOutdated(account.passwordHash, passwordCost)
      ? await hashed(this, password).catch(() => undefined)
      : undefined;
    const [id, secret, { userAgent }] = [newId('ses'), session.newSecret(), ctx.meta];
    const { role, ended } = await this.store.change(account._id, (doc, now) => {
      // Changed meanwhile: what was right is not any more.
      if (doc.passwordHash !== account.passwordHash) throw errors.wrongCredentials();
      const { ended, patch } = leaving(doc, session.open(doc.sessions, now, { id, secret, userAgent }), now);
      return { answer: { role: doc.role, ended }, patch: renewed ? { ...patch, passwordHash: renewed } : patch };
    });
    revoke(this, ctx, ended);
    await takeCart(ctx, account._id, this);
    return tokensFor(this, { _id: account._id, ...(role ? { role } : {}) }, id, secret);
  },

  async refresh(ctx) {
    const presented = session.readToken(ctx.params.refreshToken);
    if (!presented || !(await this.store.get(presented.customerId))) throw errors.invalidToken();
    const { customerId, sessionId } = presented;
    const exchange = { presented, salt: session.newSecret(), isGenuine: session.isOurs(presented, this.shop) };
    const { rotation, role, ended } = await this.store.change(customerId, (account, now) => {
      const rotation = session.rotate(account.sessions, now, exchange);
      const { ended, patch } = leaving(account, rotation.sessions, now);
      return { answer: { rotation, role: account.role, ended }, patch };
    });
    revoke(this, ctx, ended);
    if (rotation.outcome === 'refused') throw errors.invalidToken();
    return tokensFor(this, { _id: customerId, ...(role ? { role } : {}) }, sessionId, rotation.secret);
  },

  async logout(ctx) {
    const { refreshToken } = ctx.params;
    const { user } = ctx.meta;
    if (refreshToken === undefined && !user) throw errors.unauthenticated();
    const token = refreshToken === undefined ? undefined : session.readToken(refreshToken);
    const customerId = refreshToken === undefined ? user?.id : token?.customerId;
    // A token that means nothing has no session to end (RFC 7009 §2.2).
    if (!customerId || !(await this.store.get(customerId))) return;
    const ended = await this.store.change(customerId, (account, now) => {
      const { sessions } = account;
      const left = token
        ? session.closeBy(sessions, token, session.isOurs(token, this.shop))
        : session.close(sessions, user?.sessionId);
      const { ended, patch } = leaving(account, left, now);
      return { answer: ended, patch };
    });
    revoke(this, ctx, ended);
  },

  async sessions(ctx) {
    const { sessions } = await accountOf(customerOf(ctx), this.store);
    const items = sessions
      .toSorted((a, b) => +b.lastUsedAt - +a.lastUsedAt)
      .map((one) => session.sessionView(one, ctx.meta.user?.sessionId));
    return { items, nextCursor: null };
  },

  async endSession(ctx) {
    const { id } = ctx.params;
    const ended = await changeOwn(customerOf(ctx), this.store, (account, now) => {
      const { ended, patch } = session.endSessions(account, [id], now);
      if (ended.length === 0) throw errors.notFound('This session');
      return { answer: ended, patch };
    });
    revoke(this, ctx, ended);
  },

  async endAllSessions(ctx) {
    const ended = await changeOwn(customerOf(ctx), this.store, (account, now) => {
      const { ended, patch } = session.endSessions(account, 'all', now);
      return { answer: ended, patch };
    });
    revoke(this, ctx, ended);
  },

  async revocations(ctx) {
    const { since } = ctx.params;
    const found = await this.store.find(
      { closedAt: { $gte: new Date(since) } },
      { sort: { closedAt: 1 }, limit: PAGE, fields: ['_id', 'closed', 'closedAt'] },
    );
    const sessions = found.flatMap(({ closed = [] }) => closed.filter(({ at }) => +at >= since).map(({ id }) => id));
    const more = found.length === PAGE;
    return { sessions, until: more ? +(found.at(-1)?.closedAt ?? since) : Date.now() - OVERLAP, more };
  },
};
