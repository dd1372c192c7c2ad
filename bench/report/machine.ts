import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  processor: string;
  /** GiB. */
  memory: number;
  /** Load average of the last minute before the benchmark. */
  load: number;
  node: string;
  system: string;
  /** ISO 8601. */
  date: string;
}

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    date: new Date().toISOString(),
  };
}

export function machineLine({ cores, processor, memory, load, node, system, date }: Machine): string {
  return `${cores} cores (${processor}), ${memory} GiB, ${system}, node ${node}, load ${load.toFixed(1)} at start, ${date}`;
}
