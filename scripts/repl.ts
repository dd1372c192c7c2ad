// npm run repl: Moleculer's console, attached to a running cluster as a node without services.
import { ServiceBroker } from 'moleculer';
import { brokerOptions } from '../moleculer.config.ts';
import { loadExtensions } from '../services/extensions/extensions.ts';
import { runningClusterConfig } from './client-config.ts';
import { exitFailed } from './exit-failed.ts';
import { operatorCommands } from './operator-commands.ts';
import { provideGauge } from './repl-gauge.ts';
import { provideShopModules } from './shop-modules.ts';

try {
  provideShopModules();
  const config = await runningClusterConfig('repl');
  const options = brokerOptions(config, (await loadExtensions(config)).contracts);
  // Moleculer's types have no commands for a typed broker.
  const replOptions = { delimiter: 'shop $', customCommands: operatorCommands } as object;
  const broker = new ServiceBroker({ ...options, tracing: false, replOptions });
  await broker.start();
  provideGauge();
  broker.repl();
} catch (error) {
  exitFailed('repl', error);
}
