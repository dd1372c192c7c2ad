// npm run staff:create -- --email jane@example.com [--role admin]: appoints a member of staff, in the cluster if one runs.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { isStaffRole, type StaffRole } from '../lib/auth/access.ts';
import { StartError } from '../lib/process/start-error.ts';
import { exitFailed } from './exit-failed.ts';
import { reachNode } from './reach-node.ts';

const USAGE = 'usage: npm run staff:create -- --email jane@example.com [--role staff|admin]';

function readArguments(): { email: string; role: StaffRole } {
  const options = { email: { type: 'string' }, role: { type: 'string', default: 'staff' } } as const;
  try {
    const { email, role } = parseArgs({ options }).values;
    if (email && isStaffRole(role)) return { email, role };
  } catch {
    // An unknown option.
  }
  throw new StartError(USAGE);
}

try {
  const { email, role } = readArguments();
  const password = randomBytes(15).toString('base64url');
  const { broker, stop } = await reachNode('customer', 'staff');
  try {
    const { created } = await broker.call('customer.appoint', { email, role, password });
    console.info(
      created
        ? `${email} is ${role} now.\nPassword, shown this once: ${password}`
        : `${email} is ${role} now, with the registered account and its password: make sure that the account is theirs.`,
    );
  } finally {
    await stop();
  }
  process.exit(0);
} catch (error) {
  const isInvalid = (error as { type?: string }).type === 'VALIDATION_ERROR';
  exitFailed('staff', isInvalid ? new StartError(`the e-mail address is invalid. ${USAGE}`) : error);
}
