// npm run repl: Moleculer's console, attached to a running cluster as a node without services.
import { ServiceBroker } from 'moleculer';
import { brokerOptions } from '../moleculer.config.ts';
import { runningClusterConfig } from './client-config.ts';
import { exitFailed } from './exit-failed.ts';
import { operatorCommands } from './operator-commands.ts';

try {
  const options = brokerOptions(await runningClusterConfig('repl'));
  // Moleculer's types have no commands for a typed broker.
  const replOptions = { delimiter: 'shop $', customCommands: operatorCommands } as object;
  const broker = new ServiceBroker({ ...options, tracing: false, replOptions });
  await broker.start();
  broker.repl();
} catch (error) {
  exitFailed('repl', error);
}
