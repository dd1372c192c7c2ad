import { type Decide, MissingDocument } from '../../../mixins/store/changes.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import type { Account } from './account.ts';

/** The account of the customer whom a token names. @throws invalid-token when it was erased */
export async function findOwnAccount(id: string, store: Store<Account>): Promise<Account> {
  const account = await store.get(id);
  if (!account || account.erasure) throw errors.invalidToken();
  return account;
}

/** The addresses of the customer whom a token names. @throws invalid-token when the account was erased */
export async function findOwnAddresses(id: string, store: Store<Account>): Promise<Account['addresses']> {
  const [account] = await store.find({ _id: id }, { limit: 1, fields: ['addresses', 'erasure'] });
  if (!account || account.erasure) throw errors.invalidToken();
  return account.addresses;
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
