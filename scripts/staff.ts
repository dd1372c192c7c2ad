// npm run staff:create -- --email somebody@example.com [--role admin]: makes somebody staff, in the cluster if one runs.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ServiceBroker } from 'moleculer';
import { type Config, loadConfig, StartError } from '../lib/config.ts';
import type { Broker } from '../lib/contract.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { startNode } from './node.ts';
import { visitorConfig } from './visitor.ts';

const USAGE = 'usage: npm run staff:create -- --email somebody@example.com [--role staff|admin]';

function wish(): { email: string; role: 'staff' | 'admin' } {
  const options = { email: { type: 'string' }, role: { type: 'string', default: 'staff' } } as const;
  try {
    const { email, role } = parseArgs({ options }).values;
    if (email && (role === 'staff' || role === 'admin')) return { email, role };
  } catch {
    // An option that there is not.
  }
  throw new StartError(USAGE);
}

/** Without a cluster the accounts are opened here, which their lock allows only while the shop is stopped. */
async function customerNode(): Promise<{ broker: Broker; stop(): Promise<void> }> {
  const visitor = await visitorConfig('staff');
  if (visitor) {
    const broker = new ServiceBroker(brokerOptions(visitor));
    await broker.start();
    await broker.waitForServices('customer', 10_000);
    return { broker: broker as unknown as Broker, stop: () => broker.stop() };
  }
  // It signs no token.
  const own = {
    SERVICES: 'customer',
    PROBE_PORT: '0',
    METRICS_PORT: '0',
    TOKEN_SECRET: randomBytes(32).toString('hex'),
  };
  const config: Config = loadConfig({ ...process.env, ...own });
  const { broker, stop } = await startNode(config, (line) => console.error(`staff: ${line}`));
  return { broker: broker as unknown as Broker, stop };
}

try {
  const { email, role } = wish();
  const password = randomBytes(15).toString('base64url');
  const { broker, stop } = await customerNode();
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
