import { spawn } from 'node:child_process';
import { NODE_ENVIRONMENT, V8_ARGUMENTS } from '../process-options.ts';
import { adopt, type Child } from '../servers/child.ts';
import type { NodeLog } from './logs.ts';
import type { NodePlan } from './plan.ts';

/** Longer than a gateway needs to drain, and a node to finish its work. */
const STOP_GRACE_MS = 20_000;

/** The title of a node's process, by which a later supervisor recognises it. */
export const nodeTitle = (id: string, dataDir: string): string => `shop ${id} ${dataDir}`;

/**
 * Starts a node with an IPC channel: the node ends when it closes, and sends `ready` when its services run.
 * @param entry the script of the node
 */
export async function spawnNode(
  { id, env }: NodePlan,
  { entry, dataDir, log, onReady }: { entry: string; dataDir: string; log: NodeLog; onReady: () => void },
): Promise<Child> {
  const child = spawn(process.execPath, [...V8_ARGUMENTS, `--title=${nodeTitle(id, dataDir)}`, entry], {
    env: { ...NODE_ENVIRONMENT, ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // keeps Ctrl-C away from the nodes: the supervisor stops them in order
  });
  child.on('message', (message) => {
    if (message === 'ready') onReady();
  });
  if (child.stdout && child.stderr) log.read(child.stdout, child.stderr);
  return adopt(child, STOP_GRACE_MS);
}
