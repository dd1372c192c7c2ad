import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Of Linux's clock that /proc counts in, on every machine that matters. */
const TICKS_PER_SECOND = 100;

/** Process ids by name. */
export type Pids = Readonly<Record<string, number>>;

/** The processor time that each has used so far; NaN where it cannot be told. */
export function cpuSeconds(pids: Pids): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, ticksOf(pid) / TICKS_PER_SECOND]));
}

/** What each has used since `before`, in seconds. */
export function cpuSince(before: Readonly<Record<string, number>>, pids: Pids): Record<string, number> {
  const now = cpuSeconds(pids);
  return Object.fromEntries(Object.entries(before).map(([name, then]) => [name, (now[name] ?? Number.NaN) - then]));
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Counted from behind the name, which may have spaces in it: utime and stime are the 14th and 15th field of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return Number.NaN;
  }
}

/** How long each has been ready to run so far and had to wait for a core, in seconds; NaN where it cannot be told. */
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

/** The resident memory of each, in MiB; NaN where it cannot be told. */
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

/** The processor time that all processes of the machine have used so far. */
export function machineSeconds(): number {
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  return sumOf(busy) / 1000;
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** What each takes of one core while nobody asks for anything: it would take it from the others while they are measured. */
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
