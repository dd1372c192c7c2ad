import type { Role } from '../../../lib/auth/access.ts';
import type { RetryFields } from '../../../mixins/due-work/queue.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import type { Address } from '../address/address.ts';
import type { LinkPurpose, PendingLink } from '../auth/link.ts';
import { type EndedSession, endSessions, type Session } from '../auth/session.ts';
import type { Wish } from '../wishlist/wishlist.ts';
import type { Consent } from './consent.ts';

/** The state of an erasure. The account itself holds no personal data from the first write on. */
export interface Erasure extends RetryFields {
  requestedAt: Date;
  /** Two passes: the second finds what was under way during the first. */
  pass: 1 | 2;
  /** When the next step is due; null when complete. */
  nextAt: Date | null;
}

/** The claim of the orders that were placed as a guest with the verified address of an account. */
interface GuestClaim extends RetryFields {
  /** When the claim is due. */
  nextAt: Date | null;
}

/** A customer: account, profile, addresses and sessions in one document, so that they change together. */
export interface Account {
  _id: string;
  rev: number;
  /** As `normaliseEmail` returns it; unique. */
  email: string;
  /** When the owner followed a link sent to `email`. */
  verifiedAt?: Date;
  name: string;
  /** Missing on accounts that were never staff. */
  role?: Role;
  /** PHC string of Argon2id. */
  passwordHash: string;
  addresses: Address[];
  sessions: Session[];
  /** Sessions that ended recently; their access tokens may not have expired yet. */
  closed?: EndedSession[];
  /** When the last one of `closed` ended. */
  closedAt?: Date;
  /** Mailed links that were not used yet, by purpose. */
  links?: Partial<Record<LinkPurpose, PendingLink>>;
  wishlist?: Wish[];
  consents?: Consent[];
  /** Whether staff allows the customer to pay by invoice. */
  paysByInvoice?: boolean;
  /** Set when an address was verified, until the claim is done. */
  guestClaim?: GuestClaim;
  /** Set when the person's data is being erased or was erased. */
  erasure?: Erasure;
  createdAt: Date;
}

type NewAccount = Pick<Account, '_id' | 'email' | 'name' | 'passwordHash'> &
  Partial<Pick<Account, 'role' | 'sessions'>>;

/** A new account, without addresses. @param fields.email in its normal form */
export function newAccount(fields: NewAccount, now: Date): Omit<Account, 'rev'> {
  return { addresses: [], sessions: [], ...fields, createdAt: now };
}

/** Changes the role and ends all sessions: the role is in their access tokens. @returns the ids of the ended sessions */
export function changeRole(account: Readonly<Account>, role: Role, now: Date): Decision<string[]> {
  if (account.role === role) return { answer: [] };
  const { ended, patch } = endSessions(account, 'all', now);
  return { answer: ended, patch: { ...patch, role } };
}

/** @throws invalid-request when there is nothing to change. */
export function rename(name: string | undefined): { patch: Partial<Account> } {
  if (name === undefined) {
    throw errors.invalidRequest([{ pointer: '/name', detail: 'Give at least one field to change.' }]);
  }
  return { patch: { name } };
}

export function profileOf({ _id, email, verifiedAt, name, createdAt }: Omit<Account, 'rev'>) {
  return { id: _id, email, emailVerified: verifiedAt !== undefined, name, createdAt: createdAt.toISOString() };
}
