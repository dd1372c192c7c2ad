import type { Service } from 'moleculer';
import type { Mixin, Self } from '../../lib/contract/mixin.ts';
import { owning } from '../owned-names.ts';
import type { Versioned } from '../store/patch.ts';
import type { Store } from '../store/store.ts';
import { type Wake, type Worker, worker } from '../worker.ts';
import { processDue } from './process-due.ts';
import type { DueQueue } from './queue.ts';
import { queueAdmin, queueAdmins } from './registry.ts';

/** A service with a queue. */
type Queued<T> = Self<{ store: Store<T>; worker: Worker }>;

/**
 * Pause between two searches for due documents. The worker searches sooner for a document that this process has written,
 * or found, to be due sooner. So these searches are for the documents of processes that have died.
 */
const SEARCH_INTERVAL_MS = 5000;

interface Options<T, S> {
  queue: DueQueue<T>;
  /** Maximum number of documents that are worked on concurrently. */
  atOnce: number;
  /**
   * Does the work of a claimed document and stores the result, or resolves to WAITING.
   * @throws when the work failed
   */
  work(this: S, doc: T): Promise<unknown>;
  /** Pause between two searches, in ms; by default 5 s. Replaced by tests. */
  searchIntervalMs?: number;
  /** Whether to claim nothing now, as a server that all of the work needs cannot be reached. */
  isPaused?(): boolean;
}

/**
 * The mixin that does the due work of a service's documents. It claims them by leases, backs off after failures, distinguishes
 * outages from faults, and parks work that fails too often for operators, who see it by the `due` service. It adds
 * `this.worker`. List it before the store mixin, so that the work ends before the database is disconnected.
 */
export function dueWork<T extends Versioned, S extends Queued<T> = Queued<T>>(
  options: Options<T, S>,
): Mixin<{ worker: Worker }, S> {
  const { queue, searchIntervalMs = SEARCH_INTERVAL_MS } = options;
  const mixin: Mixin<{ worker: Worker }, S> = {
    mixins: [
      worker<S>({
        every: searchIntervalMs,
        run() {
          return processQueue(this, options, this.worker.wake);
        },
      }),
    ],
    async started(this: Service & Partial<Queued<T>>) {
      const { store, worker } = this;
      if (!store || !worker) throw new Error(`the queue ${queue.name} has no store`);
      openQueue(this.broker, store, queue, worker.wake);
    },
    async stopped() {
      queueAdmins(this.broker).delete(queue.name);
    },
  };
  return owning(mixin, { queues: [queue.name] });
}

/** The mixin for a further queue of a service that has `dueWork`, in a loop of its own. */
export function furtherDueWork<T extends Versioned, S extends Queued<T> = Queued<T>>(
  options: Options<T, S>,
): Mixin<unknown, S> {
  const { queue, searchIntervalMs = SEARCH_INTERVAL_MS } = options;
  const mixin: Mixin<unknown, S> = {
    async started() {
      const self = this as unknown as S;
      const wake: Wake = self.worker.repeat({
        every: searchIntervalMs,
        run: () => processQueue(self, options, wake),
      });
      openQueue(this.broker, self.store, queue, wake);
    },
    async stopped() {
      queueAdmins(this.broker).delete(queue.name);
    },
  };
  return owning(mixin, { queues: [queue.name] });
}

/** Works on all documents that are due now. */
async function processQueue<T extends Versioned, S extends Queued<T>>(
  self: S,
  { queue, atOnce, work, isPaused = () => false }: Options<T, S>,
  wake: Wake,
): Promise<void> {
  const admin = queueAdmins(self.broker).get(queue.name);
  const counted = async (doc: T) => {
    if (admin) admin.running += 1;
    return work.call(self, doc).finally(() => {
      if (admin) admin.running -= 1;
    });
  };
  const failed = (error: unknown, { _id }: T) =>
    self.logger.warn(`${_id} of ${queue.name} failed and will be tried again`, error);
  let claimed = atOnce;
  while (claimed === atOnce && !isPaused() && !self.worker.stopping.aborted) {
    const processed = await processDue(queue, { store: self.store, work: counted, failed }, atOnce);
    claimed = processed.claimed;
    if (processed.nextDueAt !== undefined) wake(processed.nextDueAt);
  }
}

/** Shows a queue to operators, and wakes its worker for documents that this process writes. */
function openQueue<T extends Versioned>(
  broker: Parameters<typeof queueAdmins>[0],
  store: Store<T>,
  queue: DueQueue<T>,
  wake: Wake,
): void {
  queueAdmins(broker).set(queue.name, queueAdmin(queue, store, wake));
  store.onWrite((doc) => {
    const { dueAt } = queue.read(doc);
    if (dueAt !== null) wake(+dueAt);
  });
}
