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
 * Who sends a request for an order: the logged-in customer, or else the guest of the cart token who gives an e-mail address.
 * @throws unauthenticated
 */
export function shopperOf(
  { user, cartToken }: Meta,
  { email, idempotencyKey }: Params<'order.place'>,
  secrets: TokenSecrets,
): Shopper {
  if (user) return { customerId: user.id };
  if (!cartToken || email === undefined) throw errors.unauthenticated();
  const id = guestIdOf(cartToken.token);
  const couponHolder = guestOfEmail(email, secrets);
  const tokenOf = (orderId: string) => orderTokenOf(orderId, secrets.tokenSecret);
  return {
    customerId: id,
    guest: { id, key: guestKey(id, idempotencyKey), email, couponHolder, orderTokenOf: tokenOf },
  };
}

/** @throws invalid-request when a customer sends an e-mail address, or a guest the id of an address */
export function checkShopperFields(
  { guest }: Shopper,
  { email, ...request }: Pick<Params<'order.place'>, 'email' | 'addressId' | 'billingAddressId'>,
): void {
  if (!guest && email !== undefined) {
    throw errors.invalidField('/email', 'Mails go to the address of your account.');
  }
  for (const [id, field] of [
    ['addressId', 'address'],
    ['billingAddressId', 'billingAddress'],
  ] as const) {
    if (guest && request[id] !== undefined)
      throw errors.invalidField(`/${id}`, `Send the address itself, as \`${field}\`.`);
  }
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
