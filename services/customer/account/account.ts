import type { Role } from '../../../lib/auth/access.ts';
import { errors } from '../../../lib/contract/errors.ts';
import type { RetryFields } from '../../../mixins/due-work/queue.ts';
import type { Address } from '../address/address.ts';
import type { LinkPurpose, PendingLink } from '../auth/link.ts';
import type { Closed, Session } from '../auth/session.ts';
import type { Wish } from '../wishlist/wishlist.ts';
import type { Consent } from './consent.ts';

/** What is left of erasing a person: the account itself keeps nothing of them from the first write on. */
export interface Erasure extends RetryFields {
  requestedAt: Date;
  /** Everything is gone through twice: what was under way when the first pass came is found by the second. */
  pass: 1 | 2;
  /** When it goes on; null once it is complete. */
  nextAt: Date | null;
}

/** A customer: account, profile, addresses and sessions in one document, so that they change together. */
export interface Account {
  _id: string;
  rev: number;
  /** As `normalEmail` makes it; unique. */
  email: string;
  /** When its owner followed a link that was sent to `email`. */
  verifiedAt?: Date;
  name: string;
  /** Missing on accounts of customers. */
  role?: Role;
  /** PHC string of Argon2id. */
  passwordHash: string;
  addresses: Address[];
  sessions: Session[];
  /** Sessions that ended a short while ago: access tokens of them are still around. */
  closed?: Closed[];
  /** When the last one of `closed` ended. */
  closedAt?: Date;
  /** The links that were mailed and not used yet, one of each purpose. */
  links?: Partial<Record<LinkPurpose, PendingLink>>;
  wishlist?: Wish[];
  consents?: Consent[];
  /** The person is gone; what is left is for the books, and to finish it elsewhere. */
  erasure?: Erasure;
  createdAt: Date;
}

/** @throws invalid-request when there is nothing to change. */
export function rename(name: string | undefined): { patch: Partial<Account> } {
  if (name === undefined) {
    throw errors.invalidRequest([{ pointer: '/name', detail: 'Give at least one field to change.' }]);
  }
  return { patch: { name } };
}

export function profileOf({ _id, email, verifiedAt, name, createdAt }: Account) {
  return { id: _id, email, emailVerified: verifiedAt !== undefined, name, createdAt: createdAt.toISOString() };
}
