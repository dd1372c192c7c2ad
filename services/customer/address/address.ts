import { addressWarnings, checkAddress, type PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';

/** One of a customer's addresses; exactly one of them is the default. */
export interface Address extends PostalAddress {
  id: string;
  isDefault: boolean;
}

export type AddressInput = PostalAddress & { isDefault?: boolean | undefined };

const MAX_ADDRESSES = 50;

/** Adds an address; the first one always becomes the default. @throws limit-reached, invalid-request */
export function addAddress(addresses: readonly Address[], id: string, input: AddressInput): Address[] {
  if (addresses.length >= MAX_ADDRESSES) throw errors.limitReached(`A customer may keep ${MAX_ADDRESSES} addresses.`);
  return withOneDefault([...addresses, checkInput(id, input)], input.isDefault ? id : undefined);
}

/** Replaces an address; it stays the default if it was. @throws not-found, invalid-request */
export function replaceAddress(addresses: readonly Address[], id: string, input: AddressInput): Address[] {
  const old = findAddress(addresses, id);
  const changed = { ...checkInput(id, input), isDefault: old.isDefault };
  return withOneDefault(
    addresses.map((address) => (address.id === id ? changed : address)),
    input.isDefault ? id : undefined,
  );
}

/** Removes an address; another becomes the default if it was. @throws not-found */
export function removeAddress(addresses: readonly Address[], id: string): Address[] {
  findAddress(addresses, id);
  return withOneDefault(addresses.filter((address) => address.id !== id));
}

/** @throws not-found */
export function findAddress(addresses: readonly Address[], id: string): Address {
  const found = addresses.find((address) => address.id === id);
  if (!found) throw errors.notFound('This address');
  return found;
}

/** The default first, then in the order of adding. */
export function defaultFirst(addresses: readonly Address[]): Address[] {
  return addresses.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
}

function withOneDefault(addresses: Address[], chosen?: string): Address[] {
  const id = chosen ?? (addresses.find((address) => address.isDefault) ?? addresses[0])?.id;
  return addresses.map((address) => ({ ...address, isDefault: address.id === id }));
}

/** An address as its owner sees it, with warnings about possible mistakes. */
export function addressView(address: Address) {
  const warnings = addressWarnings(address);
  return warnings.length > 0 ? { ...address, warnings } : address;
}

const checkInput = (id: string, input: AddressInput): Address => ({ id, ...checkAddress(input), isDefault: false });
