// npm run seed -- --products 100000: fills the catalogue with made-up products, of the cluster if one runs.
import { parseArgs } from 'node:util';
import { StartError } from '../lib/process/start-error.ts';
import { nodeOf } from './node-of.ts';

const USAGE = 'usage: npm run seed -- --products 100000 (a whole number up to 10,000,000)';
/** In one call. */
const AT_A_TIME = 500;

function wish(): number {
  try {
    const { products = '' } = parseArgs({ options: { products: { type: 'string' } } }).values;
    if (/^\d{1,8}$/.test(products) && Number(products) > 0 && Number(products) <= 10_000_000) return Number(products);
  } catch {
    // An option that there is not.
  }
  throw new StartError(USAGE);
}

try {
  const count = wish();
  const { broker, stop } = await nodeOf('product', 'seed');
  try {
    const began = performance.now();
    let added = 0;
    for (let from = 0; from < count; from += AT_A_TIME) {
      const part = { from, count: Math.min(AT_A_TIME, count - from) };
      added += (await broker.call('product.addSamples', part, { timeout: 60_000 })).added;
      if (process.stderr.isTTY) process.stderr.write(`\r${from + part.count} of ${count}`);
    }
    const seconds = (performance.now() - began) / 1000;
    if (process.stderr.isTTY) process.stderr.write('\r');
    console.info(`${added} products added, ${count - added} were there, in ${seconds.toFixed(1)} s.`);
  } finally {
    await stop();
  }
  process.exit(0);
} catch (error) {
  console.error('seed:', error instanceof StartError ? error.message : error);
  process.exit(1);
}
