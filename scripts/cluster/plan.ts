import type { Config } from '../../lib/process/config.ts';
import type { NodeKind } from '../../lib/process/node-kinds.ts';

/** A node to start: one process. */
export interface NodePlan {
  id: string;
  services: readonly NodeKind[];
  /** Variables in addition to the environment of this process. */
  env: Readonly<Record<string, string>>;
}

/** Addresses of the servers that all nodes use. */
export interface Addresses {
  natsUrl: string;
  /** Without it there is no watcher, and a dead node is detected by missing heartbeats only. */
  natsSystemUrl?: string;
  mongoUrl: string;
}

const NODES: readonly (readonly [id: string, ...services: NodeKind[]])[] = [
  ['customer-1', 'customer'],
  ['product-1', 'product'],
  ['product-2', 'product'],
  ['shopping-1', 'shopping'],
  ['shopping-2', 'shopping'],
  ['api-1', 'api', 'watcher'],
  ['api-2', 'api', 'watcher'],
];

/** The names of all nodes. */
export const NODE_IDS: readonly string[] = NODES.map(([id]) => id);

/** The nodes of the cluster, with the environment of each as lib/process/config.ts reads it. */
export function planNodes(config: Config, addressesOf: (id: string) => Addresses): NodePlan[] {
  return NODES.map(([id, ...kinds], index) => {
    const { natsUrl, natsSystemUrl, mongoUrl } = addressesOf(id);
    const services = kinds.filter((kind) => kind !== 'watcher' || natsSystemUrl);
    return {
      id,
      services,
      env: {
        SERVICES: services.join(','),
        NODE_ID: id,
        NATS_URL: natsUrl,
        NATS_SYSTEM_URL: natsSystemUrl ?? '',
        MONGO_URL: mongoUrl,
        PUBLIC_URL: config.publicUrl ?? gatewayUrl(config),
        // All nodes share DATA_DIR, so any node can erase mails that another has written.
        ...(config.smtpUrl ? {} : { MAIL: 'file' }),
        HOST: config.host,
        PORT: String(config.port),
        REUSE_PORT: 'true',
        DATA_DIR: config.dataDir,
        TOKEN_SECRET: config.tokenSecret,
        LOG_LEVEL: config.logLevel,
        // One machine has all nodes, so each needs a port of its own.
        ...(config.metricsPort > 0 ? { METRICS_PORT: String(config.metricsPort + index) } : {}),
      },
    };
  });
}

export function isGateway({ services }: Pick<NodePlan, 'services'>): boolean {
  return services.includes('api');
}

/** The address of the gateways; loopback if they listen on all addresses. */
export function gatewayUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${reachable}:${port}`;
}
