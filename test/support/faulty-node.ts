// A node of a cluster that fails as its parent tells it to: a process of its own, so that it can be stopped too.
import { ServiceBroker } from 'moleculer';
import { loadConfig } from '../../lib/process/config.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import { type FaultyMode, faultyServices } from './faulty-service.ts';

const config = loadConfig();
const broker = new ServiceBroker(brokerOptions(config));
const { schemas, setMode, seen } = faultyServices(config.nodeId);
for (const schema of schemas) broker.createService(schema);
await broker.start();

process.on('message', (message: { mode?: FaultyMode }) => {
  if (message.mode) setMode(message.mode);
  process.send?.({ calls: seen.calls });
});
process.on('SIGTERM', () => void broker.stop().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
