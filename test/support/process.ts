import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { adopt, type Child } from '../../scripts/servers/child.ts';
import { freePort } from '../../scripts/servers/ports.ts';
import { UNLIMITED } from './unlimited.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/start.ts');
const GRACE = 20_000;

/** The shop in a process of its own, as `npm start` runs it. */
export interface ShopProcess {
  url: string;
  /** Whether it came up; false: it ended instead. */
  up: boolean;
  /** What it has said so far, its log included. */
  output(): string;
  /** Ends it. @returns its exit code; null when it had to be killed */
  stop(): Promise<number | null>;
}

/** @param env all that it is told, but for where it listens; nothing of this process's environment */
export async function startProcess(env: NodeJS.ProcessEnv): Promise<ShopProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [SCRIPT], {
    env: { PATH: process.env.PATH, PORT: String(port), SEED: 'false', ...UNLIMITED, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // by the channel's end it learns that this process was killed
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ready = new Promise<true>((resolve) => child.once('message', () => resolve(true)));
  const running: Child = await adopt(child, GRACE);
  const up = await Promise.race([ready, running.exited.then(() => false)]);
  return {
    url: `http://127.0.0.1:${port}`,
    up,
    output: () => said,
    async stop() {
      await running.stop();
      return running.exited;
    },
  };
}

const STAFF_SCRIPT = join(import.meta.dirname, '../../scripts/staff.ts');

/** Makes somebody staff as `npm run staff:create` does, while no shop runs on the data. @returns the password */
export async function appoint(env: NodeJS.ProcessEnv, email: string, role: 'staff' | 'admin'): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [STAFF_SCRIPT, '--email', email, '--role', role], {
    env: { PATH: process.env.PATH, ...env },
  });
  return /^Password, shown this once: (\S+)$/m.exec(stdout)?.[1] ?? '';
}
