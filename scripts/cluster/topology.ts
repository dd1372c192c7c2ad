import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutCredentials } from '../../lib/process/ping.ts';

/** The running cluster, stored in `<DATA_DIR>/cluster/topology.json`. Its addresses contain passwords. */
export interface Topology {
  /** Process id of the supervisor. */
  pid: number;
  /** Address of the gateways. */
  url: string;
  natsUrl: string;
  natsSystemUrl?: string;
  mongoUrl: string;
  nodes: TopologyNode[];
  /** The servers that the supervisor has started. */
  servers: { id: string; pid: number | null }[];
}

interface TopologyNode {
  id: string;
  /** Null while it is down. */
  pid: number | null;
  services: readonly string[];
  /** Whether its services run. */
  ready: boolean;
}

export const clusterFolder = (dataDir: string): string => join(dataDir, 'cluster');
const topologyFile = (dataDir: string) => join(clusterFolder(dataDir), 'topology.json');

/** The stored topology, if any. A supervisor that was killed with -9 leaves it behind: check whether its `pid` lives. */
export function readTopology(dataDir: string): Topology | undefined {
  try {
    return JSON.parse(readFileSync(topologyFile(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces the file by renaming, so that readers never see an incomplete one. */
export function writeTopology(dataDir: string, topology: Topology): void {
  const draft = `${topologyFile(dataDir)}.new`;
  writeFileSync(draft, `${JSON.stringify(topology, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, topologyFile(dataDir));
}

export function removeTopology(dataDir: string): void {
  rmSync(topologyFile(dataDir), { force: true });
}

/** A table of all processes: name, pid, services, address without passwords. */
export function topologyTable({ url, natsUrl, mongoUrl, nodes, servers }: Topology): string {
  const pidOf = (id: string) => {
    const server = servers.find((entry) => entry.id === id);
    return server ? (server.pid ?? 'down') : 'given';
  };
  const rows = [
    ['node', 'pid', 'services', 'address'],
    ['nats', pidOf('nats'), '', withoutCredentials(natsUrl)],
    ['mongo', pidOf('mongo'), '', withoutCredentials(mongoUrl)],
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
