import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { loadConfig } from '../../lib/process/config.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import watcher from '../../services/watcher/watcher.service.ts';
import { eventually } from '../support/eventually.ts';

const { TEST_NATS_URL = '', TEST_NATS_SYSTEM_URL = '' } = process.env;
const describeNats = TEST_NATS_SYSTEM_URL ? describe : describe.skip;
const AN_HOUR_S = 3600;

describeNats('a node whose connection to NATS ends', () => {
  const namespace = `watched-${randomBytes(4).toString('hex')}-`;
  const brokers: ServiceBroker[] = [];
  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.stop();
  });

  /** Its heartbeats are too rare to show that a node is gone. */
  async function startNode(nodeId: string, schema?: (config: ReturnType<typeof loadConfig>) => object) {
    const config = loadConfig({
      NODE_ENV: 'test',
      SERVICES: '',
      NODE_ID: nodeId,
      NATS_URL: TEST_NATS_URL,
      NATS_SYSTEM_URL: TEST_NATS_SYSTEM_URL,
      MONGO_URL: 'mongodb://127.0.0.1:1',
      DATABASE_PREFIX: namespace,
      TOKEN_SECRET: 'unused'.repeat(6),
      LOG_LEVEL: 'fatal',
    });
    const rare = { heartbeatInterval: AN_HOUR_S, heartbeatTimeout: AN_HOUR_S };
    const broker = new ServiceBroker({ ...brokerOptions(config), ...rare });
    brokers.push(broker);
    if (schema) broker.createService(schema(config) as never);
    await broker.start();
    return broker;
  }
  /** As the end of the process does: it says nothing. */
  const die = (broker: ServiceBroker) =>
    (broker as unknown as { transit: { tx: { client: { close(): Promise<void> } } } }).transit.tx.client.close();

  test('is removed by all others at once, and so is the next one', async () => {
    const nodes = [await startNode(`${namespace}watching`, watcher), await startNode(`${namespace}other`)];
    const isAvailable = (id: string) => nodes.map(({ registry }) => registry.nodes.get(id)?.available);
    for (const id of [`${namespace}first`, `${namespace}second`]) {
      const dying = await startNode(id);
      const becomes = (available: boolean) =>
        eventually(
          async () => isAvailable(id),
          (found) => found.every((one) => one === available),
        );
      await becomes(true);
      await die(dying);
      await becomes(false);
    }
    expect(isAvailable(`${namespace}other`)).toEqual([true, true]);
  });
});
