import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { StartError } from '../../lib/process/start-error.ts';

/** A process that this one has started and answers for. */
export interface Child {
  readonly pid: number;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, then SIGKILL after a grace period; resolves when the process is gone. May be called again. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Makes a spawned process end with this one.
 * @param grace milliseconds from SIGTERM to SIGKILL in `stop`
 * @throws {StartError} when it could not be spawned
 */
export async function adopt(child: ChildProcess, grace: number): Promise<Child> {
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new StartError(`cannot run ${child.spawnfile}: ${error.message}`);
  }
  living.add(child);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      living.delete(child);
      resolve(code);
    });
  });
  const stop = async () => {
    if (!living.has(child)) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // one that is paused would never hear of it
    const timer = setTimeout(() => child.kill('SIGKILL'), grace);
    await exited;
    clearTimeout(timer);
  };
  return { pid: child.pid, exited, stop, kill: (signal) => void child.kill(signal) };
}

/**
 * Runs a server with its output in the file `log` (a descriptor). Where the system can (Linux), it ends even if this
 * process is killed with -9.
 * @param detached keeps a terminal's Ctrl-C away from it: whoever starts it decides when it ends
 */
export function spawnServer(command: readonly [string, ...string[]], log: number, detached: boolean): ChildProcess {
  const [file, ...args] = diesWithParent() ? (['setpriv', '--pdeathsig', 'KILL', ...command] as const) : command;
  return spawn(file, args, { stdio: ['ignore', log, log], detached });
}

let canDie: boolean | undefined;

function diesWithParent(): boolean {
  canDie ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
  return canDie;
}
