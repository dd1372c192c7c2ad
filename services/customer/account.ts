import { errors } from '../../lib/errors.ts';
import type { Role } from '../../lib/tokens.ts';
import type { Address } from './address.ts';
import type { Session } from './session.ts';

/** A customer: account, profile, addresses and sessions in one document, so that they change together. */
export interface Account {
  _id: string;
  rev: number;
  /** As `normalEmail` makes it; unique. */
  email: string;
  name: string;
  /** Missing on accounts of customers. */
  role?: Role;
  /** PHC string of Argon2id. */
  passwordHash: string;
  addresses: Address[];
  sessions: Session[];
  createdAt: Date;
}

/** The one form under which an e-mail address is stored and looked up. */
export function normalEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** @throws invalid-request when there is nothing to change. */
export function rename(name: string | undefined): { patch: Partial<Account> } {
  if (name === undefined) {
    throw errors.invalidRequest([{ pointer: '/name', detail: 'Give at least one field to change.' }]);
  }
  return { patch: { name } };
}

export function profileOf({ _id, email, name, createdAt }: Account) {
  return { id: _id, email, name, createdAt: createdAt.toISOString() };
}
