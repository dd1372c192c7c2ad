// npm run cluster: the shop as separate processes on this machine. See scripts/cluster/plan.ts for which.
import { join } from 'node:path';
import { StartError } from '../lib/process/config.ts';
import { Cluster } from './cluster/cluster.ts';
import { onOrphaned } from './orphan.ts';
import { provideShopModules } from './shop-modules.ts';

const cluster = new Cluster({
  entry: join(import.meta.dirname, 'start.ts'),
  say: (text) => console.info(text),
  failed: end,
});

/** The first reason counts; being told again while stopping changes nothing. */
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
onOrphaned(() => end());
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // `| head` has gone

provideShopModules();
await cluster.start(process.env).catch(end);
