import { keyedHash, type TokenSecrets } from '../../../../lib/auth/secrets.ts';
import type { Meta, Params } from '../../../../lib/contract/contract.ts';
import { GUEST_ID_PREFIX } from '../../../shared/ids.ts';
import { errors } from '../../../shared/problems.ts';
import { guestIdOf } from '../../cart/cart-token.ts';
import type { OrderGuest } from '../order.ts';
import { hashOrderToken, orderTokenOf } from './order-token.ts';

/** A guest's request for an order. */
export interface GuestRequest {
  id: string;
  key: string;
  email: string;
  couponHolder: string;
  /** The token of the order of this id. */
  orderTokenOf(orderId: string): string;
}

interface Shopper {
  customerId: string;
  guest?: GuestRequest | undefined;
}

/**
 * Who sends a request for an order: the logged-in customer, or else the guest of the cart token.
 * @throws unauthenticated without either; invalid-request when a guest sends no e-mail address or no postal address, or a
 * customer sends an e-mail address
 */
export function shopperOf(
  { user, cartToken }: Meta,
  { email, addressId, idempotencyKey }: Params<'order.place'>,
  secrets: TokenSecrets,
): Shopper {
  if (user) {
    if (email !== undefined) throw errors.invalidField('/email', 'Mails go to the address of your account.');
    return { customerId: user.id };
  }
  if (!cartToken) throw errors.unauthenticated();
  if (email === undefined) throw errors.invalidField('/email', 'Send the e-mail address for the order, or log in.');
  if (addressId !== undefined) throw errors.invalidField('/addressId', 'Send the address itself, as `address`.');
  const id = guestIdOf(cartToken.token);
  const couponHolder = guestOfEmail(email, secrets);
  const tokenOf = (orderId: string) => orderTokenOf(orderId, secrets.tokenSecret);
  return {
    customerId: id,
    guest: { id, key: guestKey(id, idempotencyKey), email, couponHolder, orderTokenOf: tokenOf },
  };
}

/** The id of the guests with an e-mail address, whichever carts they have. It does not tell the address. */
export const guestOfEmail = (email: string, { tokenSecret }: TokenSecrets): string =>
  GUEST_ID_PREFIX + keyedHash(tokenSecret, `guest ${email}`);

/** The guest of a new order. */
export const guestOf = ({ orderTokenOf, ...guest }: GuestRequest, orderId: string): OrderGuest => ({
  ...guest,
  tokenHashes: [hashOrderToken(orderTokenOf(orderId))],
});

/** Who counts as the user of a coupon. */
export const couponHolderOf = ({ customerId, guest }: Shopper): string => guest?.couponHolder ?? customerId;

/** Finds the order of an earlier request with the same Idempotency-Key, also one that an account has claimed since. */
export const keyFilterOf = ({ customerId, guest, idemKey }: Shopper & { idemKey: string }) =>
  guest ? { 'guest.key': guest.key } : { customerId, idemKey };

const guestKey = (id: string, idempotencyKey: string) => `${id}:${idempotencyKey}`;
