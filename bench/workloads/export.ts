import { join } from 'node:path';
import type { Run, Workload } from '../load/measure.ts';
import { measureExport } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

/** An export of 120,000 variants, compared with a script that writes as many rows: event loop and memory. */
export async function exportWorkload({ cluster, resources }: BenchSetup): Promise<Workload> {
  let runs = 0;
  const run = (format: string, mongoUrl: string) => async (): Promise<Run> => {
    const name = `export-${runs++}`;
    const { rows, bytes, took, held, busy, before, most } = await measureExport(format, {
      ...{ mongoUrl, prefix: `bench-${name}-`, dataDir: join(resources.folder, name) },
    });
    const megabytes = (value: number) => `${value.toFixed(0)} MB`;
    const loop = `event loop held for at most ${held.toFixed(1)} ms, ${busy.toFixed(1)} ms of them its own`;
    const memory = `memory ${megabytes(before)} before, ${megabytes(most)} at most; a file of ${megabytes(bytes / 1e6)}`;
    const note = `${format}, ${mongoUrl ? 'MongoDB' : 'NeDB'}: ${loop}; ${memory}`;
    return { rate: rows / (took / 1000), p50: Number.NaN, p99: Number.NaN, count: rows, errors: 0, notes: [note] };
  };
  const engines = [['NeDB', ''] as const, ...(cluster ? [['MongoDB', cluster.mongoUrl] as const] : [])];
  return {
    name: 'export',
    title: 'export of 600 products with 200 variants each',
    contenders: [
      { name: 'stringify', pids: () => ({}), run: run('bare', '') },
      ...engines.flatMap(([engine, mongoUrl]) =>
        ['csv', 'jsonl'].map((format) => ({
          ...{ name: `${format}, ${engine}`, pids: () => ({}), run: run(format, mongoUrl) },
        })),
      ),
    ],
  };
}
