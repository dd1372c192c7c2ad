import { createHash } from 'node:crypto';
import { acceptedSecrets, deriveKey, keyedHash, type TokenSecrets } from '../../../../lib/auth/secrets.ts';
import type { Order } from '../order.ts';

/** The tokens of an order that are kept: one for each secret that the shop has had. */
const MAX_ORDER_TOKENS = 5;

/**
 * The token by which a guest acts on one order. It is derived from the order's id, so that a repeated request gets the same
 * one, and it is stored as a hash alone: a copy of the database gives access to no order.
 */
export const orderTokenOf = (orderId: string, secret: string): string =>
  keyedHash(deriveKey(secret, 'order tokens').toString('base64url'), orderId);

/** The hash under which an order stores its token. The token is random enough for a plain hash. */
export const hashOrderToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The token of an order that was given out already; undefined when the secret that it was derived from is gone. */
export const issuedTokenOf = ({ _id, guest }: Order, secrets: TokenSecrets): string | undefined =>
  acceptedSecrets(secrets)
    .map((secret) => orderTokenOf(_id, secret))
    .find((token) => guest?.tokenHashes.includes(hashOrderToken(token)));

/** The hashes of an order's tokens, with that of another one. */
export const withTokenHash = (hashes: readonly string[], hash: string): string[] =>
  [...hashes.filter((one) => one !== hash), hash].slice(-MAX_ORDER_TOKENS);
