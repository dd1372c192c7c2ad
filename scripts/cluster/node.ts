import { spawn } from 'node:child_process';
import { adopt, type Child } from '../servers/child.ts';
import type { NodeLog } from './logs.ts';
import type { NodePlan } from './plan.ts';

/** Above what a gateway takes to drain and a node to finish what it has begun. */
const STOP_GRACE = 20_000;

/** How a node's process is called, by which a later supervisor knows it again. */
export const nodeTitle = (id: string, dataDir: string): string => `shop ${id} ${dataDir}`;

/**
 * Starts a node. It has an IPC channel: it ends when that closes, and sends `ready` when its services run.
 * @param entry the script it runs
 */
export async function spawnNode(
  { id, env }: NodePlan,
  { entry, dataDir, log, onReady }: { entry: string; dataDir: string; log: NodeLog; onReady: () => void },
): Promise<Child> {
  const child = spawn(process.execPath, [`--title=${nodeTitle(id, dataDir)}`, entry], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // a terminal's Ctrl-C is for the supervisor alone, which ends the nodes in order
  });
  child.on('message', (message) => {
    if (message === 'ready') onReady();
  });
  if (child.stdout && child.stderr) log.read(child.stdout, child.stderr);
  return adopt(child, STOP_GRACE);
}
