import { addressWarnings, checkAddress, type PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';

/** One of a customer's addresses; exactly one of them is the default for shipping. */
export interface Address extends PostalAddress {
  id: string;
  isDefault: boolean;
  /** Chosen for invoices, at most one of them. Without one, invoices go to the default for shipping. */
  isDefaultBilling?: boolean;
}

export type AddressInput = PostalAddress & {
  isDefault?: boolean | undefined;
  isDefaultBilling?: boolean | undefined;
};

const MAX_ADDRESSES = 50;

/** Adds an address; the first one always becomes the default. @throws limit-reached, invalid-request */
export function addAddress(addresses: readonly Address[], id: string, input: AddressInput): Address[] {
  if (addresses.length >= MAX_ADDRESSES) throw errors.limitReached(`A customer may keep ${MAX_ADDRESSES} addresses.`);
  return withDefaults([...addresses, checkInput(id, input)], id, input);
}

/** Replaces an address; it stays the default if it was, for billing unless it says otherwise. @throws not-found, invalid-request */
export function replaceAddress(addresses: readonly Address[], id: string, input: AddressInput): Address[] {
  const old = findAddress(addresses, id);
  const changed = {
    ...checkInput(id, input),
    isDefault: old.isDefault,
    ...(old.isDefaultBilling && input.isDefaultBilling !== false && { isDefaultBilling: true }),
  };
  return withDefaults(
    addresses.map((address) => (address.id === id ? changed : address)),
    id,
    input,
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

/** Makes an address the default for shipping or billing where the input asks for it. */
function withDefaults(addresses: Address[], id: string, { isDefault, isDefaultBilling }: AddressInput): Address[] {
  const withShipping = withOneDefault(addresses, isDefault ? id : undefined);
  if (!isDefaultBilling) return withShipping;
  return withShipping.map(({ isDefaultBilling: _, ...address }) =>
    address.id === id ? { ...address, isDefaultBilling: true } : address,
  );
}

/** An address as its owner sees it, with warnings about possible mistakes. @param addresses all that the owner has */
export function addressView(address: Address, addresses: readonly Address[]) {
  const warnings = addressWarnings(address);
  const billing = addresses.find((one) => one.isDefaultBilling) ?? addresses.find((one) => one.isDefault);
  return { ...address, isDefaultBilling: address.id === billing?.id, ...(warnings.length > 0 && { warnings }) };
}

/** One of a customer's addresses as its owner sees it. @throws not-found */
export const addressViewOf = (addresses: readonly Address[], id: string) =>
  addressView(findAddress(addresses, id), addresses);

function checkInput(id: string, { isDefault: _, isDefaultBilling: _b, ...input }: AddressInput): Address {
  return { id, ...checkAddress<PostalAddress>(input), isDefault: false };
}
