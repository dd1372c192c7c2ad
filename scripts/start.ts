import { type Config, loadConfig } from '../lib/process/config.ts';
import { tuneV8 } from '../lib/process/v8.ts';
import { exitFailed } from './exit-failed.ts';
import { startNode } from './node.ts';
import { onParentExit } from './parent-exit.ts';
import { provideShopModules } from './shop-modules.ts';
import { welcome } from './welcome.ts';

/** `npm start`, and every node of a cluster: runs the services of SERVICES until it is stopped. */
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
      (error: unknown) => exitFailed('shop', error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  onParentExit(stop);
  process.send?.('ready');
} catch (error) {
  exitFailed('shop', error);
}
