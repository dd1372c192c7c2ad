import { randomBytes } from 'node:crypto';
import { type Config, loadConfig } from '../lib/process/config.ts';
import { pingNats, withoutCredentials } from '../lib/process/ping.ts';
import { StartError } from '../lib/process/start-error.ts';
import { readTopology } from './cluster/topology.ts';

const PING_TIMEOUT_MS = 2000;
const START_CLUSTER_ADVICE = 'start one by npm run cluster, or set NATS_URL';

/**
 * The configuration of a node without services, which only calls services of a running cluster: that of NATS_URL, else that
 * of DATA_DIR. Undefined when neither exists.
 * @throws {StartError} when the cluster cannot be reached
 */
export async function clientConfig(name: string): Promise<Config | undefined> {
  const overrides = {
    NODE_ID: `${name}-${process.pid}`,
    SERVICES: '',
    LOG_LEVEL: 'warn',
    // Not used: a node without services stores no data and signs nothing.
    MONGO_URL: process.env.MONGO_URL || 'mongodb://localhost',
    TOKEN_SECRET: randomBytes(32).toString('hex'),
  };
  const config = loadConfig({ ...process.env, ...overrides });
  const natsUrl = config.natsUrl ?? readTopology(config.dataDir)?.natsUrl;
  if (!natsUrl) return undefined;
  try {
    await pingNats(natsUrl, PING_TIMEOUT_MS, config.natsFiles);
  } catch (error) {
    throw new StartError(
      `no cluster at ${withoutCredentials(natsUrl)} (${(error as Error).message}): ${START_CLUSTER_ADVICE}`,
    );
  }
  // The ports may belong to a node of the cluster.
  return { ...config, natsUrl, metricsPort: 0, probePort: 0 };
}

/** The configuration of `clientConfig`. @throws {StartError} when no cluster runs */
export async function runningClusterConfig(name: string): Promise<Config> {
  const config = await clientConfig(name);
  if (!config) throw new StartError(`no cluster runs on ${process.env.DATA_DIR || './data'}: ${START_CLUSTER_ADVICE}`);
  return config;
}
