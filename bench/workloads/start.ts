import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Run, Workload } from '../load/measure.ts';
import { startEmbedded } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

/** Time from `npm start` to the first answer, with few products and with many. */

const MANY_PRODUCTS = 10_000;

export async function startWorkload({ resources }: BenchSetup): Promise<Workload> {
  const folder = (name: string) => join(resources.folder, name);
  const many = folder('start-many');
  await promisify(execFile)(process.execPath, ['scripts/seed.ts', '--products', String(MANY_PRODUCTS)], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, DATA_DIR: many, NATS_URL: '', MONGO_URL: '' },
  });
  const run = async (dataDir: string): Promise<Run> => {
    const began = performance.now();
    const shop = await startEmbedded(dataDir);
    const took = performance.now() - began;
    await shop.stop();
    const notes = [`${(took / 1000).toFixed(2)} s until it answers`];
    return { rate: 1000 / took, p50: took, p99: took, count: 1, errors: 0, notes };
  };
  return {
    name: 'start',
    title: 'start of the embedded shop',
    contenders: [
      { name: 'sample', pids: () => ({}), run: () => run(folder('start-few')) },
      { name: `${MANY_PRODUCTS.toLocaleString('en')} products`, pids: () => ({}), run: () => run(many) },
    ],
  };
}
