import { setTimeout as sleep } from 'node:timers/promises';
import type { Workload } from '../load/measure.ts';
import { memoryOf, sumOf } from '../targets/cpu.ts';
import type { BenchSetup } from './setup.ts';

const REST_MS = 10_000;
/** What the requests before have left to do. */
const SETTLING_MS = 3000;

/** Shops without requests. */
export async function restWorkload({ shops }: BenchSetup): Promise<Workload> {
  return {
    name: 'rest',
    title: 'at rest',
    order: 'once',
    contenders: shops.map(({ name, pids }) => ({
      name,
      pids,
      prepare: () => sleep(SETTLING_MS),
      async run() {
        await sleep(REST_MS);
        const memoryMb = sumOf(Object.values(memoryOf(pids())));
        const none = { rate: Number.NaN, p50: Number.NaN, p99: Number.NaN, errors: 0 };
        return { ...none, count: REST_MS / 1000, figures: { memoryMb } };
      },
    })),
  };
}
