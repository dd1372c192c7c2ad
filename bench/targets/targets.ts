import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NodeKind } from '../../lib/process/node-kinds.ts';
import type { Topology } from '../../scripts/cluster/topology.ts';
import { NODE_ENVIRONMENT, V8_ARGUMENTS } from '../../scripts/process-options.ts';
import { adopt, type Child } from '../../scripts/servers/child.ts';
import { freePort } from '../../scripts/servers/ports.ts';
import { startCluster as startSupervisor, type TestCluster } from '../../test/support/cluster.ts';
import { UNLIMITED } from '../../test/support/unlimited.ts';
import type { Page } from './bare.ts';
import type { Pids } from './cpu.ts';
import type { ExportReport } from './export-node.ts';
import type { ProjectionReport } from './projection-node.ts';

/** A server to measure, in separate processes. */
export interface Target {
  name: string;
  url: string;
  /** Its mails are in a folder of it. */
  dataDir: string;
  pids(): Pids;
  /** The end of its output, for error reports. */
  output(): string;
  stop(): Promise<unknown>;
}

export interface Bare extends Omit<Target, 'dataDir'> {
  /** Adds pages. */
  serve(pages: readonly Page[]): Promise<void>;
}

export interface BenchCluster extends Target, Pick<TestCluster, 'topology' | 'kill' | 'restartOf'> {
  mongoUrl: string;
  prefix: string;
  databasePids(): Pids;
  /** Starts further nodes, so many of each kind. */
  addNodes(counts: Readonly<Partial<Record<NodeKind, number>>>): Promise<MoreNodes>;
}

/** Nodes of a cluster besides those that its supervisor keeps. */
export interface MoreNodes {
  pids(): Pids;
  stop(): Promise<unknown>;
}

/** A shop of one process on MongoDB. */
export interface Single extends Target {
  mongoUrl: string;
  prefix: string;
  /** The headers of a request by a member of staff. */
  asStaff(): Promise<Record<string, string>>;
}

const STOP_GRACE_MS = 20_000;

/** Settings as in production; overrides those in the environment of this process. */
export const shopEnv = () => ({
  NODE_ENV: 'production',
  SEED: 'true',
  TOKEN_SECRET: randomBytes(32).toString('base64url'),
  LOG_LEVEL: 'warn',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL: 'file',
  PUBLIC_URL: 'http://127.0.0.1:3000',
  V8_TUNING: 'true',
  ...UNLIMITED,
  // Admission control as in production.
  MIN_CONCURRENCY: '',
  ...Object.fromEntries(['SERVICES', 'NODE_ID', 'HOST', 'REUSE_PORT', 'PROBE_PORT', 'CURRENCY'].map((n) => [n, ''])),
});

export async function startBare(): Promise<Bare> {
  const { spawned, child, output } = await start('bare.ts', {});
  const port = await firstMessage(spawned, child, output);
  return {
    name: 'bare',
    url: `http://127.0.0.1:${port}`,
    pids: () => ({ bare: child.pid }),
    output,
    stop: child.stop,
    async serve(pages) {
      const taken = once(spawned, 'message');
      spawned.send(pages);
      await taken;
    },
  };
}

/** The shop as `npm start` runs it. @param more of its environment */
export async function startEmbedded(dataDir: string, more: NodeJS.ProcessEnv = {}): Promise<Target> {
  const port = await freePort();
  const servers = { NATS_URL: '', NATS_SYSTEM_URL: '', MONGO_URL: '' };
  const env = { ...shopEnv(), ...servers, PORT: String(port), DATA_DIR: dataDir, ...more };
  const { spawned, child, output } = await start('../../scripts/start.ts', env);
  await firstMessage(spawned, child, output);
  return {
    name: 'embedded',
    dataDir,
    url: `http://127.0.0.1:${port}`,
    pids: () => ({ shop: child.pid }),
    output,
    stop: child.stop,
  };
}

/** The whole shop in one process, on the cluster's MongoDB, with databases of its own. */
export async function startSingle(
  name: string,
  dataDir: string,
  { mongoUrl, databasePids }: BenchCluster,
): Promise<Single> {
  const port = await freePort();
  const prefix = `bench-${name}-`;
  const servers = { NATS_URL: '', NATS_SYSTEM_URL: '', MONGO_URL: mongoUrl, DATABASE_PREFIX: prefix };
  const env = { ...shopEnv(), ...servers, PORT: String(port), DATA_DIR: dataDir };
  const { spawned, child, output } = await start('../../scripts/start.ts', env);
  await firstMessage(spawned, child, output);
  const pids = () => ({ shop: child.pid, ...databasePids() });
  const url = `http://127.0.0.1:${port}`;
  return {
    name,
    url,
    dataDir,
    mongoUrl,
    prefix,
    pids,
    output,
    stop: child.stop,
    asStaff: () => staffHeaders(url, env),
  };
}

/** Appoints a member of staff by the operator's command, and logs in. */
async function staffHeaders(url: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const email = `${randomBytes(6).toString('hex')}@example.com`;
  const script = join(import.meta.dirname, '../../scripts/staff.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--email', email], {
    env: { ...process.env, ...env, PORT: '0', SEED: 'false' },
  });
  const password = /shown this once: (\S+)/.exec(stdout)?.[1];
  const answer = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { accessToken } = (await answer.json()) as { accessToken?: string };
  if (!accessToken) throw new Error(`${url} does not let staff log in: ${answer.status}`);
  return { authorization: `Bearer ${accessToken}` };
}

/** Runs projection-node.ts on these databases. */
export async function measureProjection(mongoUrl: string, prefix: string, dataDir: string): Promise<ProjectionReport> {
  const servers = { NATS_URL: '', NATS_SYSTEM_URL: '', MONGO_URL: mongoUrl, DATABASE_PREFIX: prefix };
  const env = { ...shopEnv(), ...servers, SEED: 'false', SERVICES: 'product', DATA_DIR: dataDir };
  const { spawned, child, output } = await start('projection-node.ts', env);
  const report = await firstMessage(spawned, child, output);
  await child.exited;
  return report as ProjectionReport;
}

/** Runs export-node.ts; the format `bare` is the baseline without a shop. */
export async function measureExport(
  format: string,
  { mongoUrl, prefix, dataDir }: { mongoUrl: string; prefix: string; dataDir: string },
): Promise<ExportReport> {
  const servers = { NATS_URL: '', NATS_SYSTEM_URL: '', MONGO_URL: mongoUrl, DATABASE_PREFIX: prefix };
  const env = { ...shopEnv(), ...servers, SEED: 'false', SERVICES: 'product', DATA_DIR: dataDir };
  const { spawned, child, output } = await start('export-node.ts', env, [format]);
  const report = await firstMessage(spawned, child, output);
  await child.exited;
  return report as ExportReport;
}

/** The shop as `npm run cluster` runs it, with a MongoDB and a NATS of its own. @param more of its environment */
export async function startCluster(dataDir: string, more: Record<string, string> = {}): Promise<BenchCluster> {
  const prefix = 'bench-cluster-';
  const starting = startSupervisor({ env: { ...shopEnv(), DATABASE_PREFIX: prefix, ...more }, dataDir });
  const { url, topology, output, stop, kill, restartOf } = await starting.catch((cause: unknown) => {
    throw new Error('there is no cluster to measure; --shops embedded leaves it out', { cause });
  });
  const pids = (): Pids => {
    const { nodes, servers } = topology();
    return Object.fromEntries([...nodes, ...servers].map(({ id, pid }) => [id, pid ?? 0]));
  };
  const databasePids = () => ({ mongo: pids().mongo ?? 0 });
  const { mongoUrl } = topology();
  const control = { topology, kill, restartOf };
  const addNodes: BenchCluster['addNodes'] = (counts) =>
    startMoreNodes(counts, { ...shopEnv(), DATABASE_PREFIX: prefix, DATA_DIR: dataDir, ...more }, topology());
  return { name: 'cluster', url, dataDir, mongoUrl, prefix, pids, databasePids, output, stop, addNodes, ...control };
}

async function startMoreNodes(
  counts: Readonly<Partial<Record<NodeKind, number>>>,
  shared: NodeJS.ProcessEnv,
  { natsUrl, mongoUrl }: Topology,
): Promise<MoreNodes> {
  const ids = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, n) => [kind, `${kind}-more-${n + 1}`] as const),
  );
  const started: { id: string; child: Child }[] = [];
  // One after the other, as together they would take a small machine from the nodes that serve.
  for (const [kind, id] of ids) {
    const own = { SERVICES: kind, NODE_ID: id, NATS_URL: natsUrl, NATS_SYSTEM_URL: '', MONGO_URL: mongoUrl };
    const { spawned, child, output } = await start('../../scripts/start.ts', { ...shared, ...own });
    started.push({ id, child });
    await firstMessage(spawned, child, output);
  }
  return {
    pids: () => Object.fromEntries(started.map(({ id, child }) => [id, child.pid])),
    stop: () => Promise.all(started.map(({ child }) => child.stop())),
  };
}

type Spawned = ChildProcess & Required<Pick<ChildProcess, 'send'>>;

async function start(script: string, env: NodeJS.ProcessEnv, args: string[] = []) {
  const spawned = spawn(process.execPath, [...V8_ARGUMENTS, join(import.meta.dirname, script), ...args], {
    env: { ...NODE_ENVIRONMENT, ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // it exits when the channel closes, as this process may be killed
  }) as Spawned;
  let output = '';
  for (const stream of [spawned.stdout, spawned.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  return { spawned, child: await adopt(spawned, STOP_GRACE_MS), output: () => output };
}

/** Waits for the first message of a process, which is its report or that it is ready. @throws when it ends before */
async function firstMessage(spawned: ChildProcess, { exited }: Child, output: () => string): Promise<unknown> {
  const died = exited.then((code) => {
    throw new Error(`${spawned.spawnargs.join(' ')} ended with ${code}:\n${output()}`);
  });
  const [message] = (await Promise.race([once(spawned, 'message'), died])) as [unknown];
  return message;
}
