import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ServiceBroker } from 'moleculer';
import type { Broker } from '../../lib/contract/contract.ts';
import { loadConfig } from '../../lib/process/config.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import { adopt, type Child } from '../../scripts/servers/child.ts';
import type { FaultyMode } from './faulty-service.ts';

const SCRIPT = join(import.meta.dirname, 'faulty-node.ts');

/** What a caller heard of its breakers, such as `opened faulty.run hanging`, and where its calls went. */
export interface Caller {
  broker: ServiceBroker & Broker;
  circuits: string[];
  stop(): Promise<void>;
}

export interface FaultyNode extends Child {
  /** Resolves when the node has it. @returns how many calls have reached the node so far */
  tell(mode?: FaultyMode): Promise<number>;
}

/** Nodes in processes of their own, and callers in this one, over the NATS of the tests. */
export class FaultyCluster {
  readonly #env: NodeJS.ProcessEnv;
  readonly #running: { stop(): Promise<void> }[] = [];

  constructor(natsUrl: string, name: string) {
    this.#env = {
      NODE_ENV: 'test',
      NATS_URL: natsUrl,
      MONGO_URL: 'mongodb://127.0.0.1:1', // which nothing here asks
      DATABASE_PREFIX: `${name}-${process.pid}-`,
      LOG_LEVEL: 'fatal',
      DATA_DIR: '/nowhere',
      TOKEN_SECRET: 'a secret that only this test has, and no other',
    };
  }

  /** @param env the settings that this caller has its breakers by */
  async caller(nodeId: string, env: NodeJS.ProcessEnv): Promise<Caller> {
    const options = brokerOptions(loadConfig({ ...this.#env, ...env, NODE_ID: nodeId }));
    const broker = new ServiceBroker(options) as ServiceBroker & Broker;
    const circuits: string[] = [];
    for (const state of ['opened', 'half-opened', 'closed']) {
      broker.localBus.on(`$circuit-breaker.${state}`, ({ action, nodeID }) =>
        circuits.push(`${state} ${action} ${nodeID}`),
      );
    }
    await broker.start();
    const caller = { broker, circuits, stop: () => broker.stop() };
    this.#running.push(caller);
    return caller;
  }

  async node(nodeId: string): Promise<FaultyNode> {
    const child: ChildProcess = spawn(process.execPath, [SCRIPT], {
      env: { PATH: process.env.PATH, ...this.#env, NODE_ID: nodeId },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ready = once(child, 'message');
    const running = await adopt(child, 10_000);
    this.#running.push(running);
    await Promise.race([
      ready,
      running.exited.then((code) => Promise.reject(new Error(`${nodeId} ended with ${code}`))),
    ]);
    return {
      ...running,
      async tell(mode) {
        const answer = once(child, 'message');
        child.send({ mode });
        const [{ calls }] = (await answer) as [{ calls: number }];
        return calls;
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.stop()));
  }
}

/** Calls at once; round-robin gives each node the same share. @returns the node or the error of each, sorted */
export async function callAtOnce(
  { broker }: Pick<Caller, 'broker'>,
  times: number,
  { action = 'faulty.run', timeout = 2000, params = {} }: { action?: string; timeout?: number; params?: object } = {},
): Promise<string[]> {
  const calls = Array.from({ length: times }, async () => {
    try {
      return String(await (broker as ServiceBroker).call(action, params, { timeout }));
    } catch (error) {
      return String((error as { type?: string }).type ?? (error as Error).name);
    }
  });
  return (await Promise.all(calls)).sort();
}
