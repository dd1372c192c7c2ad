import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pingMongo, pingNats } from '../../lib/process/ping.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { adopt, type Child, spawnServer } from './child.ts';
import { findMongo, findNats } from './find.ts';
import { claimPort, freePort, isAccepting } from './ports.ts';
import { killStale } from './stale.ts';

/** A running server on 127.0.0.1. */
export interface Server extends Child {
  /** With credentials, if it needs any. */
  url: string;
  port: number;
}

export interface NatsServer extends Server {
  /** Address with the system account, which receives events about clients that connect and disconnect. */
  systemUrl: string;
}

interface Options {
  /** Folder for data, log and pid file. A server that still runs on it is killed first. */
  dataDir: string;
  /** By default a free port. */
  port?: number;
  /** Keeps a terminal's Ctrl-C away from the server. */
  detached?: boolean;
}

/** The passwords of NATS's two users. */
export interface NatsPasswords {
  app: string;
  system: string;
}

const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 10_000;
const PING_TIMEOUT_MS = 1000;
const PING_INTERVAL_MS = 25;
/** Attempts with a free port, as another process may take it before the server does. */
const MAX_PORT_TRIES = 3;

/**
 * Starts a MongoDB on `dataDir`, with the data of earlier runs there.
 * @throws {StartError} when no server is found or it does not start
 */
export async function startMongo(options: Options): Promise<Server> {
  const { kind, file } = await findMongo();
  const db = join(resolve(options.dataDir), 'db');
  mkdirSync(db, { recursive: true, mode: 0o700 });
  const args = {
    mongod: (port: string) => ['--bind_ip', '127.0.0.1', '--port', port, '--dbpath', db],
    // Without sync-on-commit, kill -9 loses acknowledged writes. Without standalone, its oplog slows down writes. Log files
    // of the default size, 2 GB, take 8 s to recover after kill -9.
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
    (port) => pingMongo(url(port), PING_TIMEOUT_MS),
  );
  return { ...child, port, url: url(port) };
}

interface NatsLimits {
  /** Size limit of a message, by default 1 MiB as in NATS. */
  maxPayloadBytes?: number;
  /** A client that does not answer for twice this time is lost, by default 1 s. */
  pingSeconds?: number;
}

/**
 * Starts a NATS server that by default notices a lost client within two seconds.
 * @param options.passwords by default random; the same again let clients reconnect after a restart
 * @throws {StartError} when no server is found or it does not start
 */
export async function startNats(options: Options & NatsLimits & { passwords?: NatsPasswords }): Promise<NatsServer> {
  const file = await findNats();
  const { passwords = randomPasswords() } = options;
  const config = join(resolve(options.dataDir), 'nats.conf');
  const url = (user: 'app' | 'system', port: number) => `nats://${user}:${passwords[user]}@127.0.0.1:${port}`;
  const command = (port: number): [string, ...string[]] => {
    writeFileSync(config, natsConfig(port, passwords, options), { mode: 0o600 });
    chmodSync(config, 0o600); // writeFileSync applies the mode to new files only
    return [file, '--config', config];
  };
  const { port, child } = await launch(options, command, (port) => pingNats(url('app', port), PING_TIMEOUT_MS));
  return { ...child, port, url: url('app', port), systemUrl: url('system', port) };
}

export function randomPasswords(): NatsPasswords {
  const random = () => randomBytes(24).toString('base64url');
  return { app: random(), system: random() };
}

function natsConfig(
  port: number,
  { app, system }: NatsPasswords,
  { maxPayloadBytes = 1024 ** 2, pingSeconds = 1 }: NatsLimits,
): string {
  return `listen: "127.0.0.1:${port}"
max_payload: ${maxPayloadBytes}
ping_interval: "${pingSeconds}s"
ping_max: 1
system_account: SYS
accounts {
  SYS { users: [{ user: "system", password: "${system}" }] }
  APP { users: [{ user: "app", password: "${app}" }] }
}
`;
}

/** Starts a server and waits until it answers `ping`; on a free port, tries again with another. */
async function launch(
  { dataDir, port: given, detached = false }: Options,
  command: (port: number) => [string, ...string[]],
  ping: (port: number) => Promise<unknown>,
): Promise<{ port: number; child: Child }> {
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pidFile = join(folder, 'server.pid');
  await killStale(readPid(pidFile), folder);
  // Otherwise another server on this port would answer the ping.
  if (given !== undefined) await claimPort(given, '127.0.0.1');
  for (let tries = 1; ; tries++) {
    const port = given ?? (await freePort());
    const log = openSync(join(folder, 'server.log'), 'w', 0o600);
    const process = spawnServer(command(port), log, detached);
    closeSync(log);
    const child = await adopt(process, STOP_GRACE_MS);
    writeFileSync(pidFile, String(child.pid));
    try {
      await waitUntilAnswering(child, port, ping);
      return { port, child };
    } catch (error) {
      await child.stop();
      if (given === undefined && tries < MAX_PORT_TRIES) continue;
      const lastLogLine = readFileSync(join(folder, 'server.log'), 'utf8').trim().split('\n').at(-1);
      throw new StartError(`${process.spawnargs.join(' ')}: ${(error as Error).message}: ${lastLogLine}`);
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

/** Polls a server until it answers. @throws when it ends, or after READY_TIMEOUT_MS */
async function waitUntilAnswering(child: Child, port: number, ping: (port: number) => Promise<unknown>): Promise<void> {
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  let reason: unknown = 'it accepts no connections';
  for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await delay(PING_INTERVAL_MS)) {
    if (ended) throw new Error('it ended during its start');
    if (!(await isAccepting(port))) continue;
    try {
      await ping(port);
      if (!ended) return;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(`no answer after ${READY_TIMEOUT_MS / 1000} s (${reason})`);
}
