import { type Decide, MissingDocument } from '../../lib/changes.ts';
import type { Config } from '../../lib/config.ts';
import type { Ctx } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { customerOf, service } from '../../lib/service.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../../lib/tokens.ts';
import { type Store, store } from '../../mixins/store.ts';
import { type Account, normalEmail, profileOf, rename } from './account.ts';
import * as address from './address.ts';
import { customer } from './customer.contract.ts';
import { hashPassword, verifyPassword } from './password.ts';
import * as session from './session.ts';

/** The token of a customer who is gone is worth nothing. */
async function accountOf(id: string, store: Store<Account>): Promise<Account> {
  const account = await store.get(id);
  if (!account) throw errors.invalidToken();
  return account;
}

/** As `store.change`, for the customer whom a token names. */
async function changeOwn<A>(id: string, store: Store<Account>, decide: Decide<Account, A>): Promise<A> {
  return store.change(id, decide).catch((error: unknown) => {
    throw error instanceof MissingDocument ? errors.invalidToken() : error;
  });
}

/** Whoever comes with a guest's cart keeps what is in it. When that fails now, the next look at the cart does it. */
async function takeCart(ctx: Ctx<unknown>, customerId: string, logger: { warn(...words: unknown[]): void }) {
  if (!ctx.meta.cartToken) return;
  await ctx.call('cart.merge', { customerId }).catch((error: unknown) => {
    logger.warn(`the cart of ${customerId} could not be merged now`, error);
  });
}

export default function customerService(config: Config) {
  /** Tokens for a session whose refresh secret was just stored. */
  const tokensFor = (
    { _id: id, role = 'customer' }: Pick<Account, '_id' | 'role'>,
    sessionId: string,
    secret: string,
  ) => ({
    accessToken: signAccessToken({ id, sessionId, role }, config.tokenSecret),
    refreshToken: session.writeToken({ customerId: id, sessionId, secret }),
    expiresIn: ACCESS_TOKEN_SECONDS,
  });

  return service<{ store: Store<Account> }>()(customer, config, {
    mixins: [
      store<Account>(config, {
        node: 'customer',
        collection: 'customers',
        indexes: [{ fields: { email: 1 }, unique: true }],
      }),
    ],

    handlers: {
      ready() {
        return this.store.ping();
      },

      async register(ctx) {
        const { email, password, name } = ctx.params;
        const [id, sessionId, secret, now] = [newId('cus'), newId('ses'), session.newSecret(), new Date()];
        const account: Omit<Account, 'rev'> = {
          _id: id,
          email: normalEmail(email),
          name,
          passwordHash: await hashPassword(password),
          addresses: [],
          sessions: session.open([], now, { id: sessionId, secret, userAgent: ctx.meta.userAgent }),
          createdAt: now,
        };
        if (!(await this.store.insert(account))) throw errors.emailTaken();
        await takeCart(ctx, id, this.logger);
        return { customer: profileOf({ ...account, rev: 0 }), ...tokensFor(account, sessionId, secret) };
      },

      async login(ctx) {
        const { email, password } = ctx.params;
        const account = await this.store.findOne({ email: normalEmail(email) });
        if (!(await verifyPassword(password, account?.passwordHash)) || !account) throw errors.wrongCredentials();
        const [id, secret, { userAgent }] = [newId('ses'), session.newSecret(), ctx.meta];
        await this.store.change(account._id, ({ sessions }, now) => ({
          answer: undefined,
          patch: { sessions: session.open(sessions, now, { id, secret, userAgent }) },
        }));
        await takeCart(ctx, account._id, this.logger);
        return tokensFor(account, id, secret);
      },

      async refresh(ctx) {
        const token = session.readToken(ctx.params.refreshToken);
        if (!token || !(await this.store.get(token.customerId))) throw errors.invalidToken();
        const secret = session.newSecret();
        const { outcome, role } = await this.store.change(token.customerId, ({ role, ...account }, now) => {
          const { outcome, sessions } = session.rotate(account.sessions, now, token, secret);
          return { answer: { outcome, role }, patch: { sessions } };
        });
        if (outcome === 'refused') throw errors.invalidToken();
        return tokensFor({ _id: token.customerId, ...(role ? { role } : {}) }, token.sessionId, secret);
      },

      async logout(ctx) {
        const { refreshToken } = ctx.params;
        const { user } = ctx.meta;
        if (refreshToken === undefined && !user) throw errors.unauthenticated();
        const token = refreshToken === undefined ? undefined : session.readToken(refreshToken);
        const customerId = token?.customerId ?? user?.id;
        // A token that means nothing has no session to end (RFC 7009 §2.2).
        if (!customerId || !(await this.store.get(customerId))) return;
        await this.store.change(customerId, ({ sessions }) => ({
          answer: undefined,
          patch: { sessions: token ? session.closeBy(sessions, token) : session.close(sessions, user?.sessionId) },
        }));
      },

      async appoint(ctx) {
        const { role, password, name = 'Staff' } = ctx.params;
        const email = normalEmail(ctx.params.email);
        const account = {
          _id: newId('cus'),
          email,
          name,
          role,
          passwordHash: await hashPassword(password),
          addresses: [],
          sessions: [],
          createdAt: new Date(),
        };
        if (await this.store.insert(account)) return { id: account._id, created: true };
        const known = await this.store.findOne({ email });
        if (!known) throw errors.unavailable('The account was removed meanwhile.');
        await this.store.change(known._id, () => ({ answer: undefined, patch: { role } }));
        return { id: known._id, created: false };
      },

      async contact(ctx) {
        const account = await this.store.get(ctx.params.customerId);
        if (!account) throw errors.notFound('This customer');
        return { email: account.email, name: account.name };
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

      async addresses(ctx) {
        const { addresses } = await accountOf(customerOf(ctx), this.store);
        return { items: address.listed(addresses), nextCursor: null };
      },

      async addAddress(ctx) {
        const id = newId('adr');
        return changeOwn(customerOf(ctx), this.store, (account) => {
          const addresses = address.add(account.addresses, id, ctx.params);
          return { answer: address.find(addresses, id), patch: { addresses } };
        });
      },

      async address(ctx) {
        const { addresses } = await accountOf(customerOf(ctx), this.store);
        return address.find(addresses, ctx.params.id);
      },

      async replaceAddress(ctx) {
        const { id, ...input } = ctx.params;
        return changeOwn(customerOf(ctx), this.store, (account) => {
          const addresses = address.replace(account.addresses, id, input);
          return { answer: address.find(addresses, id), patch: { addresses } };
        });
      },

      async removeAddress(ctx) {
        return changeOwn(customerOf(ctx), this.store, (account) => ({
          answer: undefined,
          patch: { addresses: address.remove(account.addresses, ctx.params.id) },
        }));
      },
    },
  });
}
