import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from './link.ts';
import type { Random } from './random.ts';

const FAULT_KINDS = ['kill', 'freeze', 'kill-nats', 'kill-mongo', 'cut-nats', 'cut-mongo'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** The node it befalls. */
  node: string;
  /** How long it lasts, in ms; kills are over at once. */
  ms: number;
  /** Pause until the next one, in ms. */
  pause: number;
}

/** The cluster, as far as faults need it. */
export interface Victim {
  nodes: readonly string[];
  pidOf(id: string): number | null;
  links(id: string): { nats: Link; mongo: Link };
}

/** How long a worker holds its lease, in ms (services/shopping/order/order.ts): a frozen one must outlast it. */
const LEASE = 5000;

/** Which faults happen, as the seed says: servers die less often than nodes, since all wait for them. */
export function planFaults(random: Random, nodes: readonly string[], count: number): Fault[] {
  const weighted: FaultKind[] = [
    ...Array<FaultKind>(6).fill('kill'),
    ...Array<FaultKind>(3).fill('freeze'),
    'kill-nats',
    'kill-mongo',
    ...Array<FaultKind>(3).fill('cut-nats'),
    ...Array<FaultKind>(3).fill('cut-mongo'),
  ];
  return Array.from({ length: count }, (_, index) => {
    // Each kind at least once, however few there are.
    const kind = FAULT_KINDS[index] ?? random.pick(weighted);
    const ms = kind === 'freeze' ? random.between(LEASE + 500, LEASE + 3000) : random.between(300, 4000);
    return { kind, node: random.pick(nodes), ms, pause: random.between(500, 3500) };
  });
}

/**
 * Does one fault and undoes it. Resolves when it is over.
 * @returns whether it befell anyone: a process that is just being started again cannot be killed
 */
export async function inflict({ kind, node, ms }: Fault, victim: Victim): Promise<boolean> {
  const signal = (id: string, name: NodeJS.Signals) => {
    const pid = victim.pidOf(id);
    if (pid === null) return false;
    try {
      return process.kill(pid, name);
    } catch {
      return false; // it died meanwhile
    }
  };
  switch (kind) {
    case 'kill':
      return signal(node, 'SIGKILL');
    case 'kill-nats':
      return signal('nats', 'SIGKILL');
    case 'kill-mongo':
      return signal('mongo', 'SIGKILL');
    case 'freeze': {
      const pid = victim.pidOf(node);
      if (!signal(node, 'SIGSTOP')) return false;
      await sleep(ms);
      // Only the one that was stopped: another may run under its name by now.
      if (victim.pidOf(node) === pid) signal(node, 'SIGCONT');
      return true;
    }
    case 'cut-nats':
    case 'cut-mongo': {
      const link = victim.links(node)[kind === 'cut-nats' ? 'nats' : 'mongo'];
      link.cut();
      await sleep(ms);
      link.restore();
      return true;
    }
    default:
      throw new Error(`unknown fault ${kind satisfies never}`);
  }
}
