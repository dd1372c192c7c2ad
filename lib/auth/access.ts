/** The roles that have scopes. A role is given by an admin, never by registering. */
export const STAFF_ROLES = ['staff', 'admin'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const ROLES = ['customer', ...STAFF_ROLES] as const;
export type Role = (typeof ROLES)[number];

/** Permissions of staff; the contract of each staff action names one. */
export const SCOPES = [
  'orders:read',
  'orders:write',
  'coupons:read',
  'coupons:write',
  'catalogue:write',
  'inventory:read',
  'inventory:write',
  'reviews:write',
  'customers:write',
  'staff:read',
  'staff:write',
  'audit-log:read',
] as const;
export type Scope = (typeof SCOPES)[number];

const STAFF_SCOPES: readonly Scope[] = [
  'orders:read',
  'orders:write',
  'coupons:read',
  'coupons:write',
  'catalogue:write',
  'inventory:read',
  'inventory:write',
  'reviews:write',
  'customers:write',
];

/**
 * The one table of permissions: no other file decides by a role (test/unit/lib/access.test.ts). Customers act on their own
 * data only, which takes no scope.
 */
const SCOPES_BY_ROLE: Readonly<Record<Role, readonly Scope[]>> = { customer: [], staff: STAFF_SCOPES, admin: SCOPES };

/** Whether a role includes a scope. An action without a scope is allowed to no role. */
export const hasScope = (role: Role, scope: Scope | undefined): boolean =>
  scope !== undefined && SCOPES_BY_ROLE[role].includes(scope);

/** Whether a role has any scope at all. */
export const isStaffRole = (role: unknown): role is StaffRole => STAFF_ROLES.some((one) => one === role);

/** The role that a token claims. An unknown role counts as `customer`, which has no scopes. */
export const roleOf = (claim: unknown): Role => ROLES.find((role) => role === claim) ?? 'customer';
