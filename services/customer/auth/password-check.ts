import type { Ctx } from '../../../lib/contract/contract.ts';
import { errors } from '../../shared/problems.ts';
import type { Account } from '../account/account.ts';
import { findOwnAccount } from '../account/account-store.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** Hashes a password when it is its turn. @throws unavailable when the queue is full */
export const hashInQueue = ({ shop, hashing }: CustomerService, password: string): Promise<string> =>
  hashing.run(() => hashPassword(password, shop.passwordCost));

/**
 * Checks a password, and counts the attempt before: many at the same time cannot get around the limit. An unknown e-mail
 * address counts and takes as long as a known one. An attempt that finds the queue full is not counted. All checks of
 * passwords go through here.
 * @returns whether the password is right
 * @throws too-many-attempts, unavailable
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

/**
 * Checks the password of a logged-in customer, where a stolen access token must not be enough.
 * @throws wrong-credentials, too-many-attempts, unavailable
 */
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
