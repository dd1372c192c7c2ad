/** The roles of staff: those that have scopes. They are appointed; nobody becomes one by registering. */
export const STAFF_ROLES = ['staff', 'admin'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const ROLES = ['customer', ...STAFF_ROLES] as const;
export type Role = (typeof ROLES)[number];

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

/**
 * The one table of who may do what: nothing outside this file decides by a role (test/unit/lib/access.test.ts). Customers act on what
 * is theirs alone, which takes no scope.
 */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = { customer: [], staff: OF_STAFF, admin: SCOPES };

/** Whether a role includes a scope; what is not said is not allowed. */
export const allows = (role: Role, scope: Scope | undefined): boolean =>
  scope !== undefined && SCOPES_OF[role].includes(scope);

/** Whether a role has any scope at all. */
export const isStaffRole = (role: unknown): role is StaffRole => STAFF_ROLES.some((one) => one === role);

/** The role that a token claims; what is none of ours gives no rights. */
export const roleOf = (claim: unknown): Role => ROLES.find((role) => role === claim) ?? 'customer';
