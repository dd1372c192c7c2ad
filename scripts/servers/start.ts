import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { connect } from 'nats';
import { natsOptions } from '../../lib/process/nats-options.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { adopt, type Child, spawnServer } from './child.ts';
import { findMongo, findNats } from './find.ts';
import { accepts, claimPort, freePort } from './ports.ts';
import { endStale } from './stale.ts';

/** A server on 127.0.0.1 that answers. */
export interface Server extends Child {
  /** With credentials, where it has any. */
  url: string;
  port: number;
}

export interface NatsServer extends Server {
  /** The system account, which hears of clients that come and go. */
  systemUrl: string;
}

interface Options {
  /** Data, log and pid file. What was left running on it is ended first. */
  dataDir: string;
  /** A free one when left out. */
  port?: number;
  /** Keeps a terminal's Ctrl-C away from the server. */
  detached?: boolean;
}

/** Of NATS's two users. */
export interface NatsPasswords {
  app: string;
  system: string;
}

const READY_WITHIN = 30_000;
const STOP_GRACE = 10_000;
/** Another process may take a free port before the server does. */
const PORT_TRIES = 3;

/**
 * Starts a MongoDB on `dataDir`; what was acknowledged there before, with j: true, is still there.
 * @throws {StartError} when none can be found or it does not start
 */
export async function startMongo(options: Options): Promise<Server> {
  const { kind, file } = await findMongo();
  const db = join(resolve(options.dataDir), 'db');
  mkdirSync(db, { recursive: true, mode: 0o700 });
  const args = {
    mongod: (port: string) => ['--bind_ip', '127.0.0.1', '--port', port, '--dbpath', db],
    // Sync: without it, kill -9 loses acknowledged writes. Standalone: else writing slows down with its oplog. Log
    // files of 2 GB, as it would have them, take 8 s to read after kill -9.
    secantusd: (port: string) => [
      '--port',
      port,
      '--storage-path',
      db,
      '--cache-size',
      '256M',
      '--standalone',
      '--sync-on-commit',
      '--log-file-max',
      '128MB',
    ],
  }[kind];
  const url = (port: number) => `mongodb://127.0.0.1:${port}`;
  const { port, child } = await launch(
    options,
    (port) => [file, ...args(String(port))],
    async (port) => {
      const client = new MongoClient(url(port), { serverSelectionTimeoutMS: 1000 });
      try {
        await client.db('admin').command({ ping: 1 });
      } finally {
        await client.close();
      }
    },
  );
  return { ...child, port, url: url(port) };
}

/**
 * Starts a NATS server that notices a lost client within two seconds.
 * @param options.passwords to be given again when clients should survive a restart; random when left out
 * @param options.maxPayloadBytes of a message; NATS's own megabyte when left out
 * @throws {StartError} when none can be found or it does not start
 */
export async function startNats(
  options: Options & { passwords?: NatsPasswords; maxPayloadBytes?: number },
): Promise<NatsServer> {
  const file = await findNats();
  const { passwords = randomPasswords(), maxPayloadBytes } = options;
  const config = join(resolve(options.dataDir), 'nats.conf');
  const url = (user: 'app' | 'system', port: number) => `nats://${user}:${passwords[user]}@127.0.0.1:${port}`;
  const command = (port: number): [string, ...string[]] => {
    writeFileSync(config, natsConfig(port, passwords, maxPayloadBytes), { mode: 0o600 });
    chmodSync(config, 0o600); // the mode above counts for a new file only
    return [file, '--config', config];
  };
  const { port, child } = await launch(options, command, async (port) => {
    const client = await connect({ ...natsOptions(url('app', port)), reconnect: false, timeout: 1000 });
    await client.close();
  });
  return { ...child, port, url: url('app', port), systemUrl: url('system', port) };
}

export function randomPasswords(): NatsPasswords {
  const random = () => randomBytes(24).toString('base64url');
  return { app: random(), system: random() };
}

function natsConfig(port: number, { app, system }: NatsPasswords, maxPayloadBytes = 1024 ** 2): string {
  return `listen: "127.0.0.1:${port}"
max_payload: ${maxPayloadBytes}
ping_interval: "1s"
ping_max: 1
system_account: SYS
accounts {
  SYS { users: [{ user: "system", password: "${system}" }] }
  APP { users: [{ user: "app", password: "${app}" }] }
}
`;
}

async function launch(
  { dataDir, port: given, detached = false }: Options,
  command: (port: number) => [string, ...string[]],
  probe: (port: number) => Promise<void>,
): Promise<{ port: number; child: Child }> {
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pidFile = join(folder, 'server.pid');
  await endStale(readPid(pidFile), folder);
  // Asked here, as the probe would take whatever else answers there for the server.
  if (given !== undefined) await claimPort(given, '127.0.0.1');
  for (let tries = 1; ; tries++) {
    const port = given ?? (await freePort());
    const log = openSync(join(folder, 'server.log'), 'w', 0o600);
    const process = spawnServer(command(port), log, detached);
    closeSync(log);
    const child = await adopt(process, STOP_GRACE);
    writeFileSync(pidFile, String(child.pid));
    try {
      await answering(child, port, probe);
      return { port, child };
    } catch (error) {
      await child.stop();
      if (given === undefined && tries < PORT_TRIES) continue;
      const said = readFileSync(join(folder, 'server.log'), 'utf8').trim().split('\n').at(-1);
      throw new StartError(`${process.spawnargs.join(' ')}: ${(error as Error).message}: ${said}`);
    }
  }
}

function readPid(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

/** Asks until it answers, which it cannot announce by itself. */
async function answering(child: Child, port: number, probe: (port: number) => Promise<void>): Promise<void> {
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  let reason: unknown = 'it accepts no connections';
  for (const deadline = Date.now() + READY_WITHIN; Date.now() < deadline; await delay(25)) {
    if (ended) throw new Error('it ended at once');
    if (!(await accepts(port))) continue;
    try {
      await probe(port);
      if (!ended) return;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(`no answer after ${READY_WITHIN / 1000} s (${reason})`);
}
