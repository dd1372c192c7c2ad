// npm run repl: Moleculer's console, attached to a running cluster as a node without services.
import { ServiceBroker } from 'moleculer';
import { StartError } from '../lib/process/config.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { loadExtensions } from '../services/extensions/extensions.ts';
import { operatorCommands } from './operator-commands.ts';
import { provideShopModules } from './shop-modules.ts';
import { clusterConfig } from './visitor.ts';

try {
  provideShopModules();
  const config = await clusterConfig('repl');
  const options = brokerOptions(config, (await loadExtensions(config)).contracts);
  // Moleculer does not know that our commands are given a broker by contract.
  const replOptions = { delimiter: 'shop $', customCommands: operatorCommands } as object;
  const broker = new ServiceBroker({ ...options, tracing: false, replOptions });
  await broker.start();
  broker.repl();
} catch (error) {
  console.error('repl:', error instanceof StartError ? error.message : error);
  process.exit(1);
}
