import type { ServiceBroker } from 'moleculer';
import { type Versioned, valueAt } from '../store/patch.ts';
import type { Store } from '../store/store.ts';
import { type DueQueue, hasTime, isParked, replay } from './queue.ts';

const MAX_DUE_COUNTED = 1000;
const MAX_PARKED_COUNTED = 200;
/** Keeps the answer within the smallest message limit; further work is listed once this is replayed. */
const MAX_PARKED_LISTED = 30;
const MAX_LISTED_ERROR_LENGTH = 200;

interface ParkedWork {
  queue: string;
  id: string;
  parkedAt: string;
  failures: number;
  error: string;
}

/** The operations on a queue for operators and metrics. */
export interface QueueAdmin {
  name: string;
  /** Number of documents that this process is working on. */
  running: number;
  /** The longest parked first, at most 30. */
  listParked(): Promise<ParkedWork[]>;
  /** Makes parked work due again. Resolves to false when it does not exist or is not parked. */
  replay(id: string): Promise<boolean>;
  /** Counts `due` up to 1000, `parked` up to 200. */
  measure(now: Date): Promise<{ due: number; parked: number; oldestAgeMs: number }>;
}

/** @param wake called after a replay, so that the worker does not wait for its next search */
export function queueAdmin<T extends Versioned>(
  queue: DueQueue<T>,
  store: Pick<Store<T>, 'get' | 'find' | 'change'>,
  wake: () => void,
): QueueAdmin {
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
      const oldestFirst = parked
        .toSorted((a, b) => Number(a.parkedAt) - Number(b.parkedAt))
        .slice(0, MAX_PARKED_LISTED);
      return oldestFirst.map(({ id, parkedAt, failures, error = '' }) => ({
        ...{ queue: name, id, failures, error: error.slice(0, MAX_LISTED_ERROR_LENGTH) },
        parkedAt: parkedAt?.toISOString() ?? '',
      }));
    },
    async replay(id) {
      // `change` could create a missing document.
      if (!(await store.get(id))) return false;
      const isReplayed = await store.change(id, (doc, now) => replay(queue, doc, now));
      if (isReplayed) wake();
      return isReplayed;
    },
    async measure(now) {
      const fields = ['_id', dueField as '_id'] as const;
      const [due, parked] = await Promise.all([
        store.find(hasTime(dueField, now), { sort: { [dueField]: 1 }, limit: MAX_DUE_COUNTED, fields }),
        findParked(),
      ]);
      const [oldest] = due;
      const dueAt = oldest ? Number(valueAt(oldest, dueField)) : +now;
      return { due: due.length, parked: parked.length, oldestAgeMs: Math.max(0, +now - dueAt) };
    },
  };
}

const adminsByBroker = new WeakMap<object, Map<string, QueueAdmin>>();

/** The queues of a node by name, for its `due` service. */
export function queueAdmins(broker: Pick<ServiceBroker, 'nodeID'>): Map<string, QueueAdmin> {
  const admins = adminsByBroker.get(broker) ?? new Map<string, QueueAdmin>();
  adminsByBroker.set(broker, admins);
  return admins;
}
