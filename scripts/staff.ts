// npm run staff:create -- --email somebody@example.com [--role admin]: makes somebody staff, in the cluster if one runs.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { isStaffRole, type StaffRole } from '../lib/auth/access.ts';
import { StartError } from '../lib/process/start-error.ts';
import { nodeOf } from './node-of.ts';

const USAGE = 'usage: npm run staff:create -- --email somebody@example.com [--role staff|admin]';

function wish(): { email: string; role: StaffRole } {
  const options = { email: { type: 'string' }, role: { type: 'string', default: 'staff' } } as const;
  try {
    const { email, role } = parseArgs({ options }).values;
    if (email && isStaffRole(role)) return { email, role };
  } catch {
    // An option that there is not.
  }
  throw new StartError(USAGE);
}

try {
  const { email, role } = wish();
  const password = randomBytes(15).toString('base64url');
  const { broker, stop } = await nodeOf('customer', 'staff');
  try {
    const { created } = await broker.call('customer.appoint', { email, role, password });
    console.info(
      created
        ? `${email} is ${role} now.\nPassword, shown this once: ${password}`
        : `${email} is ${role} now, with the account and password that are registered: make sure that it was them.`,
    );
  } finally {
    await stop();
  }
  process.exit(0);
} catch (error) {
  const { message, type } = error as Error & { type?: string };
  const isPlain = error instanceof StartError || type === 'VALIDATION_ERROR';
  console.error(
    'staff:',
    type === 'VALIDATION_ERROR' ? `the e-mail address is none. ${USAGE}` : isPlain ? message : error,
  );
  process.exit(1);
}
