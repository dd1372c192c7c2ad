import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hasScope, isStaffRole, ROLES, roleOf, SCOPES, STAFF_ROLES } from '../../../lib/auth/access.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** The one file that may: it has the table. */
const TABLE = 'lib/auth/access.ts';

/** An expression that ends in `role`: `user?.role`, `(ctx.meta.user.role ?? 'customer')`. */
const ROLE = String.raw`\brole\b(?:\s*(?:\?\?|\|\|)\s*\S+?)?\)*`;
const NAME = String.raw`['"\`](?:customer|staff|admin)['"\`]`;
/** What decides by a role. */
const DECISIONS: Readonly<Record<string, RegExp>> = {
  'compares a role': new RegExp(String.raw`[\w.?!]*${ROLE}\s*[!=]==?(?![=]|\s*role\b)`, 'g'),
  'compares with a role': /[!=]==?\s*\(*(?:[\w?!]+\.)+role\b/g,
  'compares with the name of a role': new RegExp(String.raw`[\w.?!]*\s*[!=]==?\s*${NAME}|${NAME}\s*[!=]==?`, 'g'),
  'looks for a role in a list': new RegExp(
    String.raw`\.(?:includes|has|indexOf|get|test|exec)\(\s*[\w.?!(]*${ROLE}`,
    'g',
  ),
  'looks for the name of a role in a role': /\brole\b\)?\??\.(?:includes|startsWith|endsWith|match|localeCompare)\(/g,
  'switches on a role': /switch\s*\([^)]*\brole\b/g,
  'has a table by role': /(?<=\w)\??\.?\[[\w.?! |']*\brole\b[^\]]*\]|Record<Role\b/g,
  'lists roles': /\[\s*(?:['"`](?:staff|admin)['"`]\s*,?\s*)+\]/g,
};
/** What only looks so: who did something to an order, what an action asks for, what a form has. */
const NO_PERMISSION = /\bby\.role\b|\bauth\s*===/;

function decisionsIn(source: string): string[] {
  return Object.entries(DECISIONS).flatMap(([what, pattern]) =>
    [...source.matchAll(pattern)].flatMap(([text]) => (NO_PERMISSION.test(text) ? [] : [`${what}: ${text.trim()}`])),
  );
}

describe('a decision by role outside the table of scopes', () => {
  const sources = ['lib', 'mixins', 'services', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );

  test('is nowhere', () => {
    expect(sources.length).toBeGreaterThan(200);
    const found = [...sources, 'moleculer.config.ts']
      .filter((file) => file !== TABLE)
      .flatMap((file) => decisionsIn(readFileSync(join(ROOT, file), 'utf8')).map((text) => `${file} ${text}`));
    expect(found).toEqual([]);
  });

  test.each([
    "if (user.role !== 'customer') skip();",
    "const isAdmin = ctx.meta.user?.role === 'admin';",
    "if ((identity?.role ?? 'customer') == 'customer') return;",
    "if ('staff' === role) return;",
    "if (who === 'admin') return;",
    'if (STAFF === user.role) return;',
    "if (['staff', 'admin'].includes(role)) return;",
    'if (STAFF.has(ctx.meta.user.role)) return;',
    'switch (user.role) {',
    'switch (ctx.meta.user?.role) {',
    'return RIGHTS[user.role];',
    'return RIGHTS?.[role];',
    'const rights: Record<Role, boolean> = { customer: false };',
    "const STAFF = ['staff', 'admin'];",
    "if (role.startsWith('adm')) return;",
    "return role\n      === 'staff';",
  ])('is found: %s', (source) => expect(decisionsIn(source)).not.toEqual([]));

  test.each([
    'patch: doc.role === role ? {} : { role }',
    "by: { role: 'staff', id: staffOf(ctx) }",
    "entry.by.role !== 'customer'",
    "action.auth === 'staff'",
    "role: user?.role ?? 'customer'",
    'if (!allows(ctx.meta.user.role, action.scope)) throw errors.notFound();',
    "services.includes('customer')",
    'const filter = { role: { $in: STAFF_ROLES } };',
    'isStaffRole(identity?.role)',
    "dependencies: ['customer']",
  ])('is not: %s', (source) => expect(decisionsIn(source)).toEqual([]));
});

describe('the table of scopes', () => {
  test('gives customers none, staff some and admins all', () => {
    const scopesOf = (role: (typeof ROLES)[number]) => SCOPES.filter((scope) => hasScope(role, scope));
    expect(scopesOf('customer')).toEqual([]);
    expect(scopesOf('admin')).toEqual(SCOPES);
    expect(SCOPES.filter((scope) => !hasScope('staff', scope))).toEqual([
      'staff:read',
      'staff:write',
      'audit-log:read',
    ]);
    for (const role of ROLES) expect(hasScope(role, undefined)).toBe(false);
  });

  test('has as staff exactly those who have a scope', () => {
    expect(ROLES.filter((role) => SCOPES.some((scope) => hasScope(role, scope)))).toEqual(STAFF_ROLES);
    expect(ROLES.filter(isStaffRole)).toEqual(STAFF_ROLES);
  });

  test.each([undefined, null, '', 'root', 'Admin', 'toString', '__proto__', { role: 'admin' }, ['admin'], 1])(
    'gives no rights to the role %j',
    (claim) => {
      expect(roleOf(claim)).toBe('customer');
      expect(isStaffRole(claim)).toBe(false);
    },
  );
});
