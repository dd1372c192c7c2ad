import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** The unit of times in Linux's /proc (USER_HZ), on all common architectures. */
const TICKS_PER_SECOND = 100;

/** Process ids by name. */
export type Pids = Readonly<Record<string, number>>;

/** Processor time used by each process so far; NaN if it is unknown. */
export function cpuSeconds(pids: Pids): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, ticksOf(pid) / TICKS_PER_SECOND]));
}

/** Processor time used by each process since `before`. */
export function cpuSince(before: Readonly<Record<string, number>>, pids: Pids): Record<string, number> {
  const now = cpuSeconds(pids);
  return Object.fromEntries(Object.entries(before).map(([name, then]) => [name, (now[name] ?? Number.NaN) - then]));
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // utime and stime are fields 14 and 15. Counted from the end of the name (field 2), which may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return Number.NaN;
  }
}

/** Time that each process was runnable so far but had to wait for a core; NaN if it is unknown. */
export function waitedSeconds(pids: Pids): Record<string, number> {
  const waited = (pid: number) => {
    try {
      return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
    } catch {
      return Number.NaN;
    }
  };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, waited(pid)]));
}

/** Resident memory of each process, in MiB; NaN if it is unknown. */
export function memoryOf(pids: Pids): Record<string, number> {
  const resident = (pid: number) => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, resident(pid)]));
}

/** Processor time used by all processes of the machine so far. */
export function machineSeconds(): number {
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  return sumOf(busy) / 1000;
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Share of one core that each target uses without requests, as it would slow down the others while they are measured. */
export async function idleLine(targets: readonly { name: string; pids(): Pids }[]): Promise<string> {
  const seconds = 2;
  const before = targets.map(({ pids }) => cpuSeconds(pids()));
  await delay(seconds * 1000);
  const shares = targets.map(({ name, pids }, i) => {
    const used = sumOf(Object.values(cpuSince(before[i] ?? {}, pids())));
    return `${name} ${((100 * used) / seconds).toFixed(1)} %`;
  });
  return shares.join(', ');
}
