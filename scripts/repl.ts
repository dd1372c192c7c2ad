// npm run repl: Moleculer's console, attached to a running cluster as a node without services.
import { ServiceBroker } from 'moleculer';
import { connect } from 'nats';
import { type Config, loadConfig, StartError } from '../lib/config.ts';
import { natsOptions } from '../lib/nats-options.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { readTopology } from './cluster/topology.ts';
import { operatorCommands } from './operator-commands.ts';

/** The configuration of a node in the cluster that NATS_URL names, else in the one that runs on DATA_DIR. */
async function replConfig(): Promise<Config> {
  const own = {
    NODE_ID: `repl-${process.pid}`,
    SERVICES: '',
    LOG_LEVEL: 'warn',
    // A node without services keeps no data and signs nothing.
    MONGO_URL: process.env.MONGO_URL || 'mongodb://localhost',
    TOKEN_SECRET: 'unused'.repeat(6),
  };
  const config = loadConfig({ ...process.env, ...own });
  const natsUrl = config.natsUrl ?? readTopology(config.dataDir)?.natsUrl;
  const advice = 'start one by npm run cluster, or set NATS_URL';
  if (!natsUrl) throw new StartError(`no cluster runs on ${config.dataDir}: ${advice}`);
  try {
    const probe = await connect({ ...natsOptions(natsUrl), reconnect: false, timeout: 2000 });
    await probe.close();
  } catch (error) {
    const address = natsUrl.replace(/\/\/[^@/]*@/, '//');
    throw new StartError(`no cluster at ${address} (${(error as Error).message}): ${advice}`);
  }
  return { ...config, natsUrl };
}

try {
  const options = brokerOptions(await replConfig());
  // Only a visitor: it offers nothing, and must not ask for the ports of a node's metrics. Moleculer does not know that
  // our commands are given a broker by contract.
  const replOptions = { delimiter: 'shop $', customCommands: operatorCommands } as object;
  const broker = new ServiceBroker({ ...options, metrics: false, tracing: false, replOptions });
  await broker.start();
  broker.repl();
} catch (error) {
  console.error('repl:', error instanceof StartError ? error.message : error);
  process.exit(1);
}
