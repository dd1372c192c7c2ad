import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { StartError } from '../../lib/process/start-error.ts';

/** A process that ends with this one. */
export interface Child {
  readonly pid: number;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Sends SIGTERM, then SIGKILL after a grace period. Resolves when the process has ended. Idempotent. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const runningChildren = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of runningChildren) child.kill('SIGKILL');
});

/**
 * Makes a spawned process end with this one.
 * @param graceMs time from SIGTERM to SIGKILL in `stop`
 * @throws {StartError} when it could not be spawned
 */
export async function adopt(child: ChildProcess, graceMs: number): Promise<Child> {
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new StartError(`cannot run ${child.spawnfile}: ${error.message}`);
  }
  runningChildren.add(child);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      runningChildren.delete(child);
      resolve(code);
    });
  });
  const stop = async () => {
    if (!runningChildren.has(child)) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // a paused process would not handle SIGTERM
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  };
  return { pid: child.pid, exited, stop, kill: (signal) => void child.kill(signal) };
}

/**
 * Spawns a server with its output in the file `log` (a descriptor). On Linux it ends even if this process is killed with -9.
 * @param detached keeps a terminal's Ctrl-C away from the server
 */
export function spawnServer(command: readonly [string, ...string[]], log: number, detached: boolean): ChildProcess {
  const [file, ...args] = canDieWithParent() ? (['setpriv', '--pdeathsig', 'KILL', ...command] as const) : command;
  return spawn(file, args, { stdio: ['ignore', log, log], detached });
}

let isSetprivUsable: boolean | undefined;

function canDieWithParent(): boolean {
  isSetprivUsable ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
  return isSetprivUsable;
}
