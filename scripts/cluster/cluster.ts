import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, loadConfig, StartError } from '../../lib/process/config.ts';
import { lockFolder } from '../../lib/process/lock.ts';
import { loadExtensions } from '../../services/extensions/extensions.ts';
import { checkServiceSettings } from '../../services/settings.ts';
import type { Child } from '../servers/child.ts';
import { claimPort, freePort } from '../servers/ports.ts';
import { endStale } from '../servers/stale.ts';
import { NodeKeeper } from './keeper.ts';
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
  /** Where each node finds the servers, if not where they are: a test puts proxies in between. */
  via?(addresses: Addresses): Promise<(id: string) => Addresses>;
  /** It cannot go on, and is to be stopped. */
  failed(error: StartError): void;
}

interface Node {
  plan: NodePlan;
  keeper: NodeKeeper<Child>;
  ready: boolean;
}

/** The shop as separate processes on this machine, which are kept running until `stop`. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #servers: NodeKeeper<Child>[] = [];
  readonly #nodes: Node[] = [];
  /** Writes the topology, once it is known. */
  #publish: () => void = () => undefined;
  #release: (() => Promise<void>) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /**
   * Starts everything and waits until all nodes are ready.
   * @param env as lib/process/config.ts reads it; NATS_URL and MONGO_URL are optional here
   * @throws {StartError} when that cannot be; `stop` is needed then too
   */
  async start(env: NodeJS.ProcessEnv): Promise<void> {
    const { say } = this.#options;
    const config = await clusterConfig(env);
    // Each node loads them itself; what is wrong with them is said once, and before anything runs.
    await loadExtensions(config);
    await this.#takeOver(config);
    const keep = <C extends Child>(id: string, start: () => Promise<C>) => this.#keep(id, start, this.#servers);
    const addresses = await findServers(env, clusterFolder(config.dataDir), keep);
    if (this.#stopped) return; // told to while the servers were starting
    if (!addresses.natsSystemUrl) say('no NATS_SYSTEM_URL: a dead node is noticed by its missing heartbeats only');
    const addressesOf = (await this.#options.via?.(addresses)) ?? (() => addresses);
    for (const plan of planNodes(config, addressesOf)) this.#addNode(plan, config.dataDir);
    this.#publish = () => writeTopology(config.dataDir, this.#topology(config, addresses));
    await Promise.all(this.#nodes.map(({ keeper }) => keeper.run()));
    say(topologyTable(this.#topology(config, addresses)));
    say(`logs: ${join(clusterFolder(config.dataDir), 'logs')}`);
    await this.#untilReady(gatewayUrl(config));
  }

  /** The process of a node or a server; null while it is down. */
  pidOf(id: string): number | null {
    const keeper = this.#nodes.find(({ plan }) => plan.id === id)?.keeper ?? this.#servers.find((one) => one.id === id);
    return keeper?.pid ?? null;
  }

  /** Ends everything: first what takes requests, then what serves them, then what keeps the data. */
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

  /** Makes sure that nobody else is at work here, and ends what a killed predecessor left running. */
  async #takeOver({ dataDir, host, port }: Config): Promise<void> {
    const lost = () => this.#options.failed(new StartError(`another cluster has taken ${dataDir}`));
    const taken = `a cluster runs on ${dataDir} already: stop it first, or set another DATA_DIR`;
    const unlock = await lockFolder(clusterFolder(dataDir), taken, lost);
    this.#release = async () => {
      this.#publish = () => undefined;
      removeTopology(dataDir);
      await unlock().catch(() => undefined); // lost before
    };
    for (const { id, pid } of readTopology(dataDir)?.nodes ?? []) await endStale(pid ?? 0, nodeTitle(id, dataDir));
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

  #keep<C extends Child>(id: string, start: () => Promise<C>, among: NodeKeeper<Child>[]): NodeKeeper<C> {
    const { say, failed } = this.#options;
    const changed = () => {
      const node = this.#nodes.find(({ plan }) => plan.id === id);
      if (node) node.ready = false;
      this.#publish();
    };
    const keeper = new NodeKeeper(id, start, { changed, say, failed });
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

  /** Each node says so itself; the gateway's word tells that they have found each other. */
  async #untilReady(url: string): Promise<void> {
    for (; !this.#stopped; await delay(250)) {
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
 * Which servers there will be is not known yet, and loadConfig refuses NATS without MongoDB. Nodes have log files here,
 * so they may say more than on a terminal.
 */
async function clusterConfig(env: NodeJS.ProcessEnv): Promise<Config> {
  const unknown = { SERVICES: '', NODE_ID: '', MONGO_URL: env.MONGO_URL || 'mongodb://localhost' };
  const config = loadConfig({ ...env, ...unknown, LOG_LEVEL: env.LOG_LEVEL || 'info' });
  checkServiceSettings(config);
  return { ...config, port: config.port || (await freePort(config.host)) };
}
