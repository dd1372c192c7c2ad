import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { ServiceBroker } from 'moleculer';

/**
 * Serves /healthz and /readyz of a node without a gateway, for Kubernetes and others.
 * A node is ready when its transporter is connected and the `ready` actions of its services succeed.
 */
export async function serveProbe(broker: ServiceBroker, host: string, port: number): Promise<Server> {
  const server = createServer(async ({ url }, res) => {
    res.statusCode = url === '/healthz' || (url === '/readyz' && (await isReady(broker))) ? 200 : 503;
    if (url !== '/healthz' && url !== '/readyz') res.statusCode = 404;
    res.end();
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function isReady(broker: ServiceBroker): Promise<boolean> {
  if (broker.transit && !broker.transit.connected) return false;
  const checks = broker.services
    .filter((service) => 'ready' in service.actions)
    .map((service) => broker.call(`${service.name}.ready`, {}, { nodeID: broker.nodeID }));
  const results = await Promise.allSettled(checks);
  return results.every(({ status }) => status === 'fulfilled');
}
