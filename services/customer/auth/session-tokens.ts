import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../../../lib/auth/tokens.ts';
import type { Ctx } from '../../../lib/contract/contract.ts';
import type { Account } from '../account/account.ts';
import type { CustomerService } from '../account/customer-mixins.ts';
import { writeRefreshToken } from './session.ts';

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

/** Makes all gateways refuse the access tokens of ended sessions; the calling gateway does so before it answers. */
export function announceEndedSessions({ broker }: CustomerService, ctx: Ctx<unknown>, ended: readonly string[]): void {
  if (ended.length === 0) return;
  ctx.meta.$revoked = ended;
  // The event may be lost: each gateway also asks for the ended sessions that it has missed.
  void broker.broadcast('customer.revoked', { sessions: [...ended] });
}
