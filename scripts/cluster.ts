// npm run cluster: the shop as separate processes on this machine, which scripts/cluster/plan.ts lists.
import { join } from 'node:path';
import { StartError } from '../lib/process/start-error.ts';
import { Cluster } from './cluster/cluster.ts';
import { onParentExit } from './parent-exit.ts';
import { provideShopModules } from './shop-modules.ts';

const cluster = new Cluster({
  entry: join(import.meta.dirname, 'start.ts'),
  say: (text) => console.info(text),
  failed: end,
});

/** Ends the cluster once; further signals and errors while stopping change nothing. */
let ending: Promise<void> | undefined;
function end(error?: unknown): void {
  if (error) console.error(error instanceof StartError ? `cluster: ${error.message}` : error);
  else if (!ending) console.info('stopping');
  const code = error ? 1 : 0;
  ending ??= cluster.stop().then(
    () => process.exit(code),
    (failure) => {
      console.error(failure);
      process.exit(1);
    },
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
onParentExit(() => end());
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // the reader of a pipe has gone (`| head`)

provideShopModules();
await cluster.start(process.env).catch(end);
