import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { ServiceBroker } from 'moleculer';

/**
 * /healthz and /readyz of a node that has no gateway, for Kubernetes and the like.
 * Ready: the transporter is connected and each local service that has a `ready` action reaches its database.
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
