import type { KeyRing } from '../../../lib/auth/token-keys.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../../../lib/auth/tokens.ts';
import type { Ctx } from '../../../lib/contract/contract.ts';
import type { Self } from '../../../lib/contract/mixin.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Decide, MissingDocument } from '../../../mixins/store/changes.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { errors } from '../../shared/problems.ts';
import type { HashingQueue } from '../auth/hashing-queue.ts';
import { type LinkPurpose, newNonce, pendingLink } from '../auth/link.ts';
import { hashPassword, verifyPassword } from '../auth/password.ts';
import { writeRefreshToken } from '../auth/session.ts';
import type { Account } from './account.ts';

/** What mixins add to the `customer` service. */
interface CustomerMixins {
  store: Store<Account>;
  worker: Worker;
  shop: Config;
  keys: KeyRing;
  hashing: HashingQueue;
}
/** The `customer` service, as its handlers see it. */
export type CustomerService = Self<CustomerMixins>;

/** The account of the customer whom a token names. @throws invalid-token when it was erased */
export async function findOwnAccount(id: string, store: Store<Account>): Promise<Account> {
  const account = await store.get(id);
  if (!account || account.erasure) throw errors.invalidToken();
  return account;
}

/** As `store.change`, for the customer whom a token names. @throws invalid-token, and what `decide` throws */
export async function changeOwnAccount<A>(id: string, store: Store<Account>, decide: Decide<Account, A>): Promise<A> {
  const ownOnly: Decide<Account, A> = (account, now) => {
    if (account.erasure) throw errors.invalidToken();
    return decide(account, now);
  };
  return store.change(id, ownOnly).catch((error: unknown) => {
    throw error instanceof MissingDocument ? errors.invalidToken() : error;
  });
}

/**
 * Inserts a new account, unless its e-mail address is taken.
 * @returns undefined when it was inserted, else the account that has the address
 * @throws unavailable when that account was removed at the same time
 */
export async function insertUnlessKnown(
  store: Store<Account>,
  account: Omit<Account, 'rev'>,
): Promise<Account | undefined> {
  if (await store.insert(account)) return undefined;
  const known = await store.findOne({ email: account.email });
  if (!known) throw errors.unavailable('The account was removed meanwhile.');
  return known;
}

/** Signs the tokens of a session whose refresh secret was just stored. */
export function issueTokens(
  { keys, shop }: CustomerService,
  { _id: id, role = 'customer' }: Pick<Account, '_id' | 'role'>,
  sessionId: string,
  secret: string,
) {
  return {
    accessToken: signAccessToken({ id, sessionId, role }, keys),
    refreshToken: writeRefreshToken({ customerId: id, sessionId, secret }, shop.tokenSecret),
    expiresIn: ACCESS_TOKEN_SECONDS,
  };
}

/** Hashes a password when it is its turn. @throws unavailable when the queue is full */
export const hashInQueue = ({ shop, hashing }: CustomerService, password: string): Promise<string> =>
  hashing.run(() => hashPassword(password, shop.passwordCost));

/**
 * Checks a password, and counts the attempt before: many at the same time cannot get around the limit. An unknown e-mail
 * address counts and takes as long as a known one. An attempt that finds the queue full is not counted. All checks of
 * passwords go through here. @returns whether it is right @throws too-many-attempts, unavailable
 */
export async function tryPassword(
  { shop, hashing }: CustomerService,
  ctx: Ctx<unknown>,
  password: string,
  email: string,
  account: Account | null,
): Promise<boolean> {
  const subject = { email, address: ctx.meta.address ?? '' };
  return hashing.run(async () => {
    const { wait } = await ctx.call('attempt.begin', subject);
    if (wait > 0) throw errors.tooManyAttempts(Math.ceil(wait / 1000));
    const isRight = await verifyPassword(password, account?.passwordHash, shop.passwordCost);
    if (isRight) await ctx.call('attempt.succeed', subject);
    return isRight;
  });
}

/** Asks for the password again where a stolen access token must not be enough. @throws wrong-credentials, too-many-attempts */
export async function provePassword(
  service: CustomerService,
  ctx: Ctx<unknown>,
  password: string,
  id: string,
): Promise<Account> {
  const account = await findOwnAccount(id, service.store);
  if (!(await tryPassword(service, ctx, password, account.email, account))) throw errors.wrongCredentials();
  return account;
}

/** Tells all gateways to refuse the access tokens of ended sessions; the calling gateway does so before it answers. */
export function announceEndedSessions({ broker }: CustomerService, ctx: Ctx<unknown>, ended: readonly string[]): void {
  if (ended.length === 0) return;
  ctx.meta.$revoked = ended;
  // The event may be lost: each gateway also asks for the ended sessions that it has missed.
  void broker.broadcast('customer.revoked', { sessions: [...ended] });
}

/** Stores a link and queues the mail with it to the address that it verifies. */
export async function mailLink(
  { store }: CustomerService,
  ctx: Pick<Ctx<unknown>, 'call'>,
  purpose: LinkPurpose,
  { _id: customerId, email }: Pick<Account, '_id' | 'email'>,
): Promise<void> {
  const nonce = newNonce();
  const link = await store.change(customerId, ({ links = {} }, now) => {
    const pending = pendingLink(purpose, email, { before: links[purpose], nonce, now });
    return { answer: pending, patch: { links: { ...links, [purpose]: pending } } };
  });
  await ctx.call('mail.queue', {
    id: `${purpose}:${newNonce()}`,
    customerId,
    kind: purpose,
    to: email,
    link: { nonce: link.nonce, expiresAt: link.expiresAt.toISOString() },
  });
}
