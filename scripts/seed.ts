// npm run seed -- --products 100000: adds generated products to the catalogue, of the cluster if one runs.
import { parseArgs } from 'node:util';
import { StartError } from '../lib/process/start-error.ts';
import { exitFailed } from './exit-failed.ts';
import { reachNode } from './reach-node.ts';

const USAGE = 'usage: npm run seed -- --products 100000 (a whole number up to 10,000,000)';
const PRODUCTS_PER_CALL = 500;

function readProductCount(): number {
  try {
    const { products = '' } = parseArgs({ options: { products: { type: 'string' } } }).values;
    if (/^\d{1,8}$/.test(products) && Number(products) > 0 && Number(products) <= 10_000_000) return Number(products);
  } catch {
    // An unknown option.
  }
  throw new StartError(USAGE);
}

try {
  const count = readProductCount();
  const { broker, stop } = await reachNode('product', 'seed');
  try {
    const began = performance.now();
    let added = 0;
    for (let from = 0; from < count; from += PRODUCTS_PER_CALL) {
      const part = { from, count: Math.min(PRODUCTS_PER_CALL, count - from) };
      added += (await broker.call('product.addSamples', part, { timeout: 60_000 })).added;
      if (process.stderr.isTTY) process.stderr.write(`\r${from + part.count} of ${count}`);
    }
    const seconds = (performance.now() - began) / 1000;
    if (process.stderr.isTTY) process.stderr.write('\r');
    console.info(`${added} products added, ${count - added} existed, in ${seconds.toFixed(1)} s.`);
  } finally {
    await stop();
  }
  process.exit(0);
} catch (error) {
  exitFailed('seed', error);
}
