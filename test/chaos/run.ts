// npm run chaos: the real cluster under faults, then its books. See docs/chaos.md for what it does and prints.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './chaos.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '10000' },
    faults: { type: 'string', default: '500' },
    shoppers: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
  },
});
const [orders, faults, shoppers, seed] = [values.orders, values.faults, values.shoppers, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];
const dataDir = await mkdtemp(join(tmpdir(), 'shop-chaos-'));
console.info(`seed ${seed}: ${orders} orders of ${shoppers} shoppers, ${faults} faults`);
const report = await run({ orders, faults, shoppers, seed, dataDir, say: (line) => console.info(line) });
console.info(JSON.stringify(report, null, 2));
if (report.wrong.length > 0) {
  console.info(`logs and data: ${dataDir}`);
  console.info(`again: npm run chaos -- --orders ${orders} --faults ${faults} --shoppers ${shoppers} --seed ${seed}`);
  process.exit(1);
}
if (!values.keep) await rm(dataDir, { recursive: true, force: true });
process.exit(0);
