import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Run, Workload } from './measure.ts';
import { startEmbedded } from './targets.ts';
import type { Field } from './workloads.ts';

/** How long `npm start` takes until the shop answers, with few products and with many. */

const MANY = 10_000;

export async function startWorkload({ stage }: Field): Promise<Workload> {
  const folder = (name: string) => join(stage.folder, name);
  const many = folder('start-many');
  await promisify(execFile)(process.execPath, ['scripts/seed.ts', '--products', String(MANY)], {
    cwd: join(import.meta.dirname, '..'),
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
      { name: `${MANY.toLocaleString('en')} products`, pids: () => ({}), run: () => run(many) },
    ],
  };
}
