import { randomBytes } from 'node:crypto';
import { connect } from 'nats';
import { type Config, loadConfig } from '../lib/process/config.ts';
import { natsOptions } from '../lib/process/nats-options.ts';
import { StartError } from '../lib/process/start-error.ts';
import { readTopology } from './cluster/topology.ts';

const ADVICE = 'start one by npm run cluster, or set NATS_URL';

/**
 * The configuration of a node without services, for who looks in on a cluster: the one that NATS_URL names, else the one
 * that runs on DATA_DIR. Undefined: neither is there.
 * @throws {StartError} when NATS_URL, or the cluster on DATA_DIR, is not reached
 */
export async function visitorConfig(name: string): Promise<Config | undefined> {
  const own = {
    NODE_ID: `${name}-${process.pid}`,
    SERVICES: '',
    LOG_LEVEL: 'warn',
    // A node without services keeps no data and signs nothing.
    MONGO_URL: process.env.MONGO_URL || 'mongodb://localhost',
    TOKEN_SECRET: randomBytes(32).toString('hex'),
  };
  const config = loadConfig({ ...process.env, ...own });
  const natsUrl = config.natsUrl ?? readTopology(config.dataDir)?.natsUrl;
  if (!natsUrl) return undefined;
  try {
    const probe = await connect({ ...natsOptions(natsUrl, config.natsFiles), reconnect: false, timeout: 2000 });
    await probe.close();
  } catch (error) {
    const address = natsUrl.replace(/\/\/[^@/]*@/, '//');
    throw new StartError(`no cluster at ${address} (${(error as Error).message}): ${ADVICE}`);
  }
  // Only a visitor, who must not ask for the ports of a node.
  return { ...config, natsUrl, metricsPort: 0, probePort: 0 };
}

/** @throws {StartError} when there is no cluster. */
export async function clusterConfig(name: string): Promise<Config> {
  const config = await visitorConfig(name);
  if (!config) throw new StartError(`no cluster runs on ${process.env.DATA_DIR || './data'}: ${ADVICE}`);
  return config;
}
