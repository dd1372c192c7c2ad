import type { KeyRing } from '../../../lib/auth/token-keys.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../../../lib/auth/tokens.ts';
import type { Ctx } from '../../../lib/contract/contract.ts';
import type { Self } from '../../../lib/contract/mixin.ts';
import { type Decide, MissingDocument } from '../../../mixins/store/changes.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import type { NodeConfig } from '../../node-config.ts';
import { errors } from '../../shared/problems.ts';
import type { HashingQueue } from '../auth/hashing-queue.ts';
import { type LinkPurpose, newNonce, pendingLink } from '../auth/link.ts';
import { hashPassword, verifyPassword } from '../auth/password.ts';
import { type Session, withClosed, writeToken } from '../auth/session.ts';
import type { Account } from './account.ts';

/** What the `customer` service has beside its actions. */
interface CustomerMixins {
  store: Store<Account>;
  worker: Worker;
  shop: NodeConfig;
  keys: KeyRing;
  hashing: HashingQueue;
}
/** The `customer` service, as its handlers see it. */
export type CustomerService = Self<CustomerMixins>;

/** The token of a customer who is gone is worth nothing. @throws invalid-token */
export async function accountOf(id: string, store: Store<Account>): Promise<Account> {
  const account = await store.get(id);
  if (!account || account.erasure) throw errors.invalidToken();
  return account;
}

/** As `store.change`, for the customer whom a token names. @throws invalid-token, and what `decide` throws */
export async function changeOwn<A>(id: string, store: Store<Account>, decide: Decide<Account, A>): Promise<A> {
  const ownOnly: Decide<Account, A> = (account, now) => {
    if (account.erasure) throw errors.invalidToken();
    return decide(account, now);
  };
  return store.change(id, ownOnly).catch((error: unknown) => {
    throw error instanceof MissingDocument ? errors.invalidToken() : error;
  });
}

/** Tokens for a session whose refresh secret was just stored. */
export function tokensFor(
  { keys, shop }: CustomerService,
  { _id: id, role = 'customer' }: Pick<Account, '_id' | 'role'>,
  sessionId: string,
  secret: string,
) {
  return {
    accessToken: signAccessToken({ id, sessionId, role }, keys),
    refreshToken: writeToken({ customerId: id, sessionId, secret }, shop.tokenSecret),
    expiresIn: ACCESS_TOKEN_SECONDS,
  };
}

/** A password's hash, when there is time for it. @throws unavailable in a rush */
export const hashed = ({ shop, hashing }: CustomerService, password: string): Promise<string> =>
  hashing.run(() => hashPassword(password, shop.passwordCost));

/**
 * Whether the password is an account's. Every check of one goes through here: it is counted first, so that many at once
 * are no way around the limit, and an unknown e-mail counts and costs the same. One that there is no time for is not
 * counted. @throws too-many-attempts, unavailable
 */
export async function isPassword(
  { shop, hashing }: CustomerService,
  ctx: Ctx<unknown>,
  password: string,
  email: string,
  account: Account | null,
): Promise<boolean> {
  const who = { email, address: ctx.meta.address ?? '' };
  return hashing.run(async () => {
    const { wait } = await ctx.call('attempt.begin', who);
    if (wait > 0) throw errors.tooManyAttempts(Math.ceil(wait / 1000));
    const isRight = await verifyPassword(password, account?.passwordHash, shop.passwordCost);
    if (isRight) await ctx.call('attempt.succeed', who);
    return isRight;
  });
}

/** The password again, for what a stolen access token alone must not do. @throws wrong-credentials, too-many-attempts */
export async function provePassword(
  service: CustomerService,
  ctx: Ctx<unknown>,
  password: string,
  id: string,
): Promise<Account> {
  const account = await accountOf(id, service.store);
  if (!(await isPassword(service, ctx, password, account.email, account))) throw errors.wrongCredentials();
  return account;
}

/** Ends sessions, on every gateway: on the one that asked at once. */
export function revoke({ broker }: CustomerService, ctx: Ctx<unknown>, ended: readonly string[]): void {
  if (ended.length === 0) return;
  ctx.meta.$revoked = ended;
  // A hint: each gateway asks for what it has missed.
  void broker.broadcast('customer.revoked', { sessions: [...ended] });
}

/** Replaces an account's sessions, and says which ones ended. */
export function leaving(account: Readonly<Account>, left: Session[], now: Date) {
  const ended = account.sessions.filter(({ id }) => !left.some((session) => session.id === id)).map(({ id }) => id);
  return { ended, patch: ended.length > 0 ? withClosed(account, left, now) : { sessions: left } };
}

/** Remembers a link and has it mailed to the address that it proves. */
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
