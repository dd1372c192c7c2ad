import { randomBytes } from 'node:crypto';
import { ServiceBroker } from 'moleculer';
import type { Broker } from '../lib/contract/contract.ts';
import { loadConfig } from '../lib/process/config.ts';
import type { NodeKind } from '../lib/process/node-kinds.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { loadExtensions } from '../services/extensions/extensions.ts';
import { startNode } from './node.ts';
import { provideShopModules } from './shop-modules.ts';
import { visitorConfig } from './visitor.ts';

/**
 * A broker that reaches a node of this kind: of the cluster if one runs, else one that is started here, which the lock
 * on its data allows only while the shop is stopped.
 * @param name what the process calls itself
 * @throws {StartError} for what the person who starts it can mend
 */
export async function nodeOf(kind: NodeKind, name: string): Promise<{ broker: Broker; stop(): Promise<void> }> {
  provideShopModules();
  const visitor = await visitorConfig(name);
  if (visitor) {
    const broker = new ServiceBroker(brokerOptions(visitor, (await loadExtensions(visitor)).contracts));
    await broker.start();
    await broker.waitForServices(kind, 10_000);
    return { broker: broker as unknown as Broker, stop: () => broker.stop() };
  }
  // It signs no token.
  const own = { SERVICES: kind, PROBE_PORT: '0', METRICS_PORT: '0', TOKEN_SECRET: randomBytes(32).toString('hex') };
  const config = loadConfig({ ...process.env, ...own });
  const { broker, stop } = await startNode(config, (line) => console.error(`${name}: ${line}`));
  return { broker: broker as unknown as Broker, stop };
}
