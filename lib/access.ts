import type { Role } from './tokens.ts';

/** What staff may be allowed to do; each action for staff names one in its contract. */
export const SCOPES = [
  'orders:read',
  'orders:write',
  'coupons:read',
  'coupons:write',
  'catalogue:write',
  'inventory:read',
  'inventory:write',
  'reviews:write',
  'staff:read',
  'staff:write',
  'audit-log:read',
] as const;
export type Scope = (typeof SCOPES)[number];

const OF_STAFF: readonly Scope[] = [
  'orders:read',
  'orders:write',
  'coupons:read',
  'coupons:write',
  'catalogue:write',
  'inventory:read',
  'inventory:write',
  'reviews:write',
];

/** The one table of who may do what. Customers act on what is theirs alone, which takes no scope. */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = { customer: [], staff: OF_STAFF, admin: SCOPES };

/** Whether a role includes a scope; what is not said is not allowed. */
export const allows = (role: Role, scope: Scope | undefined): boolean =>
  scope !== undefined && SCOPES_OF[role].includes(scope);
