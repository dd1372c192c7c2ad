import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readTopology, type Topology } from '../../scripts/cluster/topology.ts';
import { adopt } from '../../scripts/servers/child.ts';
import { UNLIMITED } from './unlimited.ts';

export interface TestCluster {
  /** Of the gateways. */
  url: string;
  /** As it is now. */
  topology(): Topology;
  /** @param id of a node, or `nats` or `mongo` */
  kill(id: string, signal: NodeJS.Signals): void;
  /**
   * Resolves when another process than the one last killed is there, and ready; within `ms`. The other nodes hear of its
   * services when Moleculer has gathered the changes, so up to a second later.
   */
  restartOf(id: string, ms?: number): Promise<void>;
  /** What the supervisor printed so far. */
  output(): string;
  /** Ends it and removes its data. @returns the supervisor's exit code; null when it had to be killed */
  stop(): Promise<number | null>;
}

const SUPERVISOR = join(import.meta.dirname, '../../scripts/cluster.ts');
const STOP_WITHIN = 60_000;

/**
 * The real cluster, as `npm run cluster` starts it, with servers and data of its own, ready for requests.
 * @param options.env over this process's environment; set MONGO_URL there to use a database that is running
 * @param options.dataDir kept at `stop`; a new one, which is removed, when left out
 */
export async function startCluster({
  env = {},
  dataDir,
}: {
  env?: Record<string, string>;
  dataDir?: string;
} = {}): Promise<TestCluster> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'shop-cluster-')));
  const own = { PORT: '0', DATA_DIR: folder, NATS_URL: '', NATS_SYSTEM_URL: '', MONGO_URL: '' };
  const prefix = { DATABASE_PREFIX: `test-${randomBytes(4).toString('hex')}-` };
  const child = spawn(process.execPath, [SUPERVISOR], {
    env: { ...process.env, ...UNLIMITED, ...own, ...prefix, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // by the channel's end it learns that this process was killed
  });
  const supervisor = await adopt(child, STOP_WITHIN);
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: string) => {
      output += text;
      const ready = /^ready: (.*)$/m.exec(output)?.[1];
      if (ready) resolve(ready);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    void supervisor.exited.then((code) => reject(new Error(`the cluster ended with ${code}:\n${output}`)));
  });

  const topology = () => {
    const found = readTopology(folder);
    if (!found) throw new Error(`the cluster has ended:\n${output}`);
    return found;
  };
  const process_ = (id: string) => [...topology().nodes, ...topology().servers].find((entry) => entry.id === id);
  const killed = new Map<string, number>();

  return {
    url,
    topology,
    output: () => output,
    kill(id, signal) {
      const pid = process_(id)?.pid;
      if (!pid) throw new Error(`${id} does not run`);
      killed.set(id, pid);
      process.kill(pid, signal);
    },
    async restartOf(id, ms = 30_000) {
      const old = killed.get(id) ?? process_(id)?.pid;
      for (const deadline = Date.now() + ms; Date.now() < deadline; await delay(50)) {
        const now = process_(id);
        if (now?.pid && now.pid !== old && (!('ready' in now) || now.ready)) return;
      }
      throw new Error(`${id} was not started again within ${ms} ms:\n${output}`);
    },
    async stop() {
      await supervisor.stop();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
      return supervisor.exited;
    },
  };
}
