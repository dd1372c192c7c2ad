import { createServer, type Server } from 'node:net';
import { type Service, ServiceBroker } from 'moleculer';
import { type Config, StartError } from '../lib/config.ts';
import { lockFolder } from '../lib/lock.ts';
import { reachServers } from '../lib/reach.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { servicesOf } from '../services/nodes.ts';
import { serveProbe } from './probe.ts';

export interface ShopNode {
  broker: ServiceBroker;
  /** The gateway's port; 0 without one. */
  port: number;
  stop(): Promise<void>;
}

/**
 * Starts the services of this process.
 * @throws {StartError} for what the person who starts it can mend
 */
export async function startNode(config: Config, say: (line: string) => void): Promise<ShopNode> {
  const unlock = config.mongoUrl
    ? undefined
    : await lockFolder(config.dataDir, (error) => {
        say(`another process has taken over the data in ${config.dataDir}: ${error.message}`);
        process.exit(1);
      });
  await reachServers(config, say);
  if (config.services.includes('api') && config.port > 0 && !config.reusePort) await portIsFree(config);

  const broker = new ServiceBroker(brokerOptions(config));
  const schemas = await Promise.all(config.services.map((kind) => servicesOf(kind, config)));
  for (const schema of schemas.flat()) broker.createService(schema);
  await broker.start();
  const probe = config.probePort > 0 ? await serveProbe(broker, config.host, config.probePort) : undefined;
  return {
    broker,
    port: portOf(broker),
    async stop() {
      await broker.stop();
      probe?.close();
      await unlock?.();
    },
  };
}

/** moleculer-web ends the process with a stack trace where one line says it. */
function portIsFree({ host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      reject(
        new StartError(
          code === 'EADDRINUSE'
            ? `port ${port} of ${host} is taken: stop who uses it, or set PORT`
            : `cannot listen on ${host}:${port} (${message}): set HOST and PORT`,
        ),
      ),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** The port that the gateway listens on, which may not be the one it was asked for. */
function portOf(broker: ServiceBroker): number {
  const gateway = broker.getLocalService('api') as (Service & { server: Server }) | undefined;
  const address = gateway?.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
