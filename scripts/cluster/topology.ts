import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The running cluster, in `<DATA_DIR>/cluster/topology.json`; its addresses have passwords in them. */
export interface Topology {
  /** The supervisor's. */
  pid: number;
  /** Of the gateways. */
  url: string;
  natsUrl: string;
  natsSystemUrl?: string;
  mongoUrl: string;
  nodes: TopologyNode[];
  /** Those that the supervisor started itself. */
  servers: { id: string; pid: number | null }[];
}

interface TopologyNode {
  id: string;
  /** Null while it is down. */
  pid: number | null;
  services: readonly string[];
  /** It has told that its services run. */
  ready: boolean;
}

export const clusterFolder = (dataDir: string): string => join(dataDir, 'cluster');
const file = (dataDir: string) => join(clusterFolder(dataDir), 'topology.json');

/** Undefined when there is none; one that was killed with -9 leaves it, so look whether its `pid` lives. */
export function readTopology(dataDir: string): Topology | undefined {
  try {
    return JSON.parse(readFileSync(file(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaced as a whole: a reader never sees half of it. */
export function writeTopology(dataDir: string, topology: Topology): void {
  const fresh = `${file(dataDir)}.new`;
  writeFileSync(fresh, `${JSON.stringify(topology, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file(dataDir));
}

export function removeTopology(dataDir: string): void {
  rmSync(file(dataDir), { force: true });
}

/** One line for each process: name, pid, what it runs, where it listens. Passwords are left out. */
export function topologyTable({ url, natsUrl, mongoUrl, nodes, servers }: Topology): string {
  const pidOf = (id: string) => {
    const server = servers.find((entry) => entry.id === id);
    return server ? (server.pid ?? 'down') : 'given';
  };
  const rows = [
    ['node', 'pid', 'services', 'address'],
    ['nats', pidOf('nats'), '', withoutPassword(natsUrl)],
    ['mongo', pidOf('mongo'), '', withoutPassword(mongoUrl)],
    ...nodes.map(({ id, pid, services }) => [
      id,
      pid ?? 'down',
      services.join(', '),
      services.includes('api') ? url : '',
    ]),
  ].map((row) => row.map(String));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Not by URL: a MongoDB address with several hosts is none. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
