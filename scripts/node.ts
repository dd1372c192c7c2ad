import type { Server } from 'node:net';
import { type Service, ServiceBroker } from 'moleculer';
import type { Config } from '../lib/process/config.ts';
import { lockFolder } from '../lib/process/lock.ts';
import { reachServers } from '../lib/process/reach.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { loadExtensions } from '../services/extensions/extensions.ts';
import { servicesOf } from '../services/nodes.ts';
import { checkServiceSettings } from '../services/settings.ts';
import { serveProbe } from './probe.ts';
import { claimPort } from './servers/ports.ts';

export interface ShopNode {
  broker: ServiceBroker;
  /** The gateway's port; 0 without one. */
  port: number;
  stop(): Promise<void>;
}

type Gateway = Service & { server: Server; learnt: Promise<void> };

/**
 * Starts the services of this process.
 * @throws {StartError} for errors of the environment, such as a port that is taken
 */
export async function startNode(config: Config, say: (line: string) => void): Promise<ShopNode> {
  checkServiceSettings(config);
  const extensions = await loadExtensions(config);
  const unlock = config.mongoUrl
    ? undefined
    : await lockFolder(config.dataDir, dataTakenMessage(config), () => {
        say(`another process has taken over the data in ${config.dataDir}`);
        process.exit(1);
      });
  await reachServers(config, say);
  // Checked here for a one-line message; moleculer-web would end the process with a stack trace.
  if (config.services.includes('api') && config.port > 0 && !config.reusePort) {
    await claimPort(config.port, config.host);
  }

  const broker = new ServiceBroker(brokerOptions(config, extensions.contracts));
  const schemas = await Promise.all(config.services.map((kind) => servicesOf(kind, config, extensions)));
  for (const schema of schemas.flat()) broker.createService(schema);
  await broker.start();
  const gateway = broker.getLocalService('api') as Gateway | undefined;
  // Until the gateway has loaded the ended sessions, it refuses access tokens.
  if (config.services.includes('customer')) await gateway?.learnt;
  const probe = config.probePort > 0 ? await serveProbe(broker, config.host, config.probePort) : undefined;
  return {
    broker,
    port: portOf(gateway),
    async stop() {
      await broker.stop();
      probe?.close();
      await unlock?.();
    },
  };
}

const dataTakenMessage = ({ dataDir }: Config) =>
  `another process uses ${dataDir}: stop it, set another DATA_DIR, or run several on NATS_URL and MONGO_URL`;

/** The port that the gateway listens on; another than the configured one if that is 0. */
function portOf(gateway: Gateway | undefined): number {
  const address = gateway?.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
