import { randomBytes } from 'node:crypto';
import { ServiceBroker } from 'moleculer';
import type { Broker } from '../lib/contract/contract.ts';
import { loadConfig } from '../lib/process/config.ts';
import type { NodeKind } from '../lib/process/node-kinds.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { loadExtensions } from '../services/extensions/extensions.ts';
import { clientConfig } from './client-config.ts';
import { startNode } from './node.ts';
import { provideShopModules } from './shop-modules.ts';

/**
 * A broker that can call a node of this kind: one of the running cluster, else one started in this process. The latter
 * fails while the shop runs, as the shop has the lock on its data.
 * @param name name of this process
 * @throws {StartError} for errors of the environment
 */
export async function reachNode(kind: NodeKind, name: string): Promise<{ broker: Broker; stop(): Promise<void> }> {
  provideShopModules();
  const client = await clientConfig(name);
  if (client) {
    const broker = new ServiceBroker(brokerOptions(client, (await loadExtensions(client)).contracts));
    await broker.start();
    await broker.waitForServices(kind, 10_000);
    return { broker: broker as unknown as Broker, stop: () => broker.stop() };
  }
  // The secret is not used: this node signs no tokens.
  const overrides = {
    SERVICES: kind,
    PROBE_PORT: '0',
    METRICS_PORT: '0',
    TOKEN_SECRET: randomBytes(32).toString('hex'),
  };
  const config = loadConfig({ ...process.env, ...overrides });
  const { broker, stop } = await startNode(config, (line) => console.error(`${name}: ${line}`));
  return { broker: broker as unknown as Broker, stop };
}
