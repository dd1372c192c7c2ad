import type { ServiceBroker } from 'moleculer';
import type { Versioned } from '../store/patch.ts';
import type { Store } from '../store/store.ts';
import { type DueQueue, hasTime, isParked, replay } from './queue.ts';

const MAX_DUE_COUNTED = 1000;
const MAX_PARKED_COUNTED = 200;
/** Few enough for one message of any cluster; the next ones follow when these are dealt with. */
const MAX_LISTED = 30;
const MAX_SHOWN_ERROR_LENGTH = 200;

interface ParkedWork {
  queue: string;
  id: string;
  parkedAt: string;
  failures: number;
  error: string;
}

/** A queue as operators and metrics see it. */
export interface QueueDesk {
  name: string;
  /** How many pieces of work this process has under way. */
  running: number;
  /** The longest parked first; 30 at most. */
  listParked(): Promise<ParkedWork[]>;
  /** Has parked work tried again. False: there is no such work, or it is not parked. */
  replay(id: string): Promise<boolean>;
  /** Counts `due` up to 1000, `parked` up to 200. */
  measure(now: Date): Promise<{ due: number; parked: number; oldestAgeMs: number }>;
}

export function queueDesk<T extends Versioned>(
  queue: DueQueue<T>,
  store: Pick<Store<T>, 'get' | 'find' | 'change'>,
  wake: () => void,
): QueueDesk {
  const { name, dueField, parkedFilter } = queue;
  const findParked = async () => {
    const found = parkedFilter ? await store.find(parkedFilter, { limit: MAX_PARKED_COUNTED }) : [];
    return found.flatMap((doc) => {
      const state = queue.read(doc as T);
      return isParked(state) ? [{ id: doc._id, ...state }] : [];
    });
  };
  return {
    name,
    running: 0,
    async listParked() {
      const parked = await findParked();
      const oldestFirst = parked.toSorted((a, b) => Number(a.parkedAt) - Number(b.parkedAt)).slice(0, MAX_LISTED);
      return oldestFirst.map(({ id, parkedAt, failures, error = '' }) => ({
        ...{ queue: name, id, failures, error: error.slice(0, MAX_SHOWN_ERROR_LENGTH) },
        parkedAt: parkedAt?.toISOString() ?? '',
      }));
    },
    async replay(id) {
      // A store may begin what is not there on its first change.
      if (!(await store.get(id))) return false;
      const isReplayed = await store.change(id, (doc, now) => replay(queue, doc, now));
      if (isReplayed) wake();
      return isReplayed;
    },
    async measure(now) {
      const overdue = hasTime(dueField, now);
      const [due, [oldest], parked] = await Promise.all([
        store.find(overdue, { limit: MAX_DUE_COUNTED, fields: ['_id'] }),
        store.find(overdue, { sort: { [dueField]: 1 }, limit: 1 }),
        findParked(),
      ]);
      const dueAt = oldest ? queue.read(oldest as T).dueAt : null;
      return { due: due.length, parked: parked.length, oldestAgeMs: dueAt ? Math.max(0, +now - +dueAt) : 0 };
    },
  };
}

const desksOf = new WeakMap<object, Map<string, QueueDesk>>();

/** The queues that a node works on, for the `due` service of that node. */
export function queueDesks(broker: Pick<ServiceBroker, 'nodeID'>): Map<string, QueueDesk> {
  const desks = desksOf.get(broker) ?? new Map<string, QueueDesk>();
  desksOf.set(broker, desks);
  return desks;
}
