import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, loadConfig } from '../../lib/process/config.ts';
import { lockFolder } from '../../lib/process/lock.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { loadExtensions } from '../../services/extensions/extensions.ts';
import { checkServiceSettings } from '../../services/settings.ts';
import type { Child } from '../servers/child.ts';
import { claimPort, freePort } from '../servers/ports.ts';
import { killStale } from '../servers/stale.ts';
import { ProcessKeeper } from './keeper.ts';
import { NodeLog } from './logs.ts';
import { nodeTitle, spawnNode } from './node.ts';
import { type Addresses, gatewayUrl, isGateway, type NodePlan, planNodes } from './plan.ts';
import { findServers } from './servers.ts';
import {
  clusterFolder,
  readTopology,
  removeTopology,
  type Topology,
  topologyTable,
  writeTopology,
} from './topology.ts';

export interface ClusterOptions {
  /** The script that each node runs. */
  entry: string;
  say(text: string): void;
  /** Addresses of the servers for each node; tests use it to put proxies in between. */
  via?(addresses: Addresses): Promise<(id: string) => Addresses>;
  /** Called when the cluster cannot continue and must be stopped. */
  failed(error: StartError): void;
}

const READY_POLL_MS = 250;

interface Node {
  plan: NodePlan;
  keeper: ProcessKeeper<Child>;
  ready: boolean;
}

/** Runs the shop as separate processes on this machine, and restarts those that end, until `stop`. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #servers: ProcessKeeper<Child>[] = [];
  readonly #nodes: Node[] = [];
  /** Writes the topology; set once it is known. */
  #publish: () => void = () => undefined;
  #release: (() => Promise<void>) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /**
   * Starts everything and waits until all nodes are ready.
   * @param env as lib/process/config.ts reads it; NATS_URL and MONGO_URL are optional here
   * @throws {StartError} when it cannot start; `stop` is needed then, too
   */
  async start(env: NodeJS.ProcessEnv): Promise<void> {
    const { say } = this.#options;
    const config = await clusterConfig(env);
    // Each node loads them itself. This reports their errors once, before anything runs.
    await loadExtensions(config);
    await this.#claimFolder(config);
    const keep = <C extends Child>(id: string, start: () => Promise<C>) => this.#keep(id, start, this.#servers);
    const addresses = await findServers(env, clusterFolder(config.dataDir), keep);
    if (this.#stopped) return; // `stop` was called while the servers were starting
    if (!addresses.natsSystemUrl) say('no NATS_SYSTEM_URL: a dead node is detected by missing heartbeats only');
    const addressesOf = (await this.#options.via?.(addresses)) ?? (() => addresses);
    for (const plan of planNodes(config, addressesOf)) this.#addNode(plan, config.dataDir);
    this.#publish = () => writeTopology(config.dataDir, this.#topology(config, addresses));
    await Promise.all(this.#nodes.map(({ keeper }) => keeper.run()));
    say(topologyTable(this.#topology(config, addresses)));
    say(`logs: ${join(clusterFolder(config.dataDir), 'logs')}`);
    await this.#waitUntilReady(gatewayUrl(config));
  }

  /** Process id of a node or server; null while it is down. */
  pidOf(id: string): number | null {
    const keeper = this.#nodes.find(({ plan }) => plan.id === id)?.keeper ?? this.#servers.find((one) => one.id === id);
    return keeper?.pid ?? null;
  }

  /** Stops everything in order: gateways, other nodes, servers. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const keepers = (gateways: boolean) =>
      this.#nodes.filter(({ plan }) => isGateway(plan) === gateways).map(({ keeper }) => keeper);
    const order = [keepers(true), keepers(false), this.#servers];
    for (const keeper of order.flat()) keeper.retire();
    for (const stage of order) await Promise.all(stage.map((keeper) => keeper.stop()));
    await this.#release?.();
  }

  /** Locks the cluster's folder, and kills nodes that a killed predecessor has left running. */
  async #claimFolder({ dataDir, host, port }: Config): Promise<void> {
    const lost = () => this.#options.failed(new StartError(`another cluster has taken ${dataDir}`));
    const taken = `a cluster runs on ${dataDir} already: stop it first, or set another DATA_DIR`;
    const unlock = await lockFolder(clusterFolder(dataDir), taken, lost);
    this.#release = async () => {
      this.#publish = () => undefined;
      removeTopology(dataDir);
      await unlock().catch(() => undefined); // the lock may be lost already
    };
    for (const { id, pid } of readTopology(dataDir)?.nodes ?? []) await killStale(pid ?? 0, nodeTitle(id, dataDir));
    removeTopology(dataDir);
    await claimPort(port, host);
  }

  #addNode(plan: NodePlan, dataDir: string): void {
    const { entry, say } = this.#options;
    const log = new NodeLog(join(clusterFolder(dataDir), 'logs'), plan.id, say);
    const onReady = () => this.#setReady(node, true);
    const start = () => spawnNode(plan, { entry, dataDir, log, onReady });
    const node: Node = { plan, keeper: this.#keep(plan.id, start, []), ready: false };
    this.#nodes.push(node);
  }

  #keep<C extends Child>(id: string, start: () => Promise<C>, among: ProcessKeeper<Child>[]): ProcessKeeper<C> {
    const { say, failed } = this.#options;
    const changed = () => {
      const node = this.#nodes.find(({ plan }) => plan.id === id);
      if (node) node.ready = false;
      this.#publish();
    };
    const keeper = new ProcessKeeper(id, start, { changed, say, failed });
    among.push(keeper);
    return keeper;
  }

  #setReady(node: Node, ready: boolean): void {
    node.ready = ready;
    this.#publish();
  }

  #topology({ host, port }: Config, addresses: Addresses): Topology {
    return {
      pid: process.pid,
      url: gatewayUrl({ host, port }),
      ...addresses,
      nodes: this.#nodes.map(({ plan, keeper, ready }) => ({
        id: plan.id,
        pid: keeper.pid,
        services: plan.services,
        ready,
      })),
      servers: this.#servers.map(({ id, pid }) => ({ id, pid })),
    };
  }

  /** Waits until each node is ready, and the gateway reports that all services have found each other. */
  async #waitUntilReady(url: string): Promise<void> {
    for (; !this.#stopped; await delay(READY_POLL_MS)) {
      if (!this.#nodes.every(({ ready }) => ready)) continue;
      const answer = await fetch(`${url}/readyz?deep=true`, { signal: AbortSignal.timeout(2000) }).catch(
        () => undefined,
      );
      await answer?.body?.cancel();
      if (answer?.ok) return this.#options.say(`ready: ${url}`);
    }
  }
}

/**
 * The configuration of the cluster. The servers are not known yet, so MONGO_URL has a placeholder, as loadConfig refuses NATS
 * without MongoDB. Nodes write to log files, so the log level may be lower than on a terminal.
 */
async function clusterConfig(env: NodeJS.ProcessEnv): Promise<Config> {
  const placeholders = { SERVICES: '', NODE_ID: '', MONGO_URL: env.MONGO_URL || 'mongodb://localhost' };
  const config = loadConfig({ ...env, ...placeholders, LOG_LEVEL: env.LOG_LEVEL || 'info' });
  checkServiceSettings(config);
  return { ...config, port: config.port || (await freePort(config.host)) };
}
