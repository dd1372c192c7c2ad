import { type Config, loadConfig, StartError } from '../lib/process/config.ts';
import { tuneV8 } from '../lib/process/v8.ts';
import { startNode } from './node.ts';
import { onOrphaned } from './orphan.ts';
import { provideShopModules } from './shop-modules.ts';
import { welcome } from './welcome.ts';

/** `npm start`, and every node of a cluster: runs the services that the environment asks for until it is stopped. */
try {
  const config: Config = loadConfig();
  if (config.tunesV8) tuneV8();
  provideShopModules();
  const node = await startNode(config, (line) => console.error(`shop: ${line}`));
  if (config.services.includes('api')) console.info(welcome(config, node.port));

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= node.stop();
    stopping.then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('shop:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  onOrphaned(stop);
  process.send?.('ready');
} catch (error) {
  console.error('shop:', error instanceof StartError ? error.message : error);
  process.exit(1);
}
