import type { Service } from 'moleculer';
import type { Mixin, Self } from '../../lib/contract/mixin.ts';
import { owning } from '../owned-names.ts';
import type { Versioned } from '../store/patch.ts';
import type { Store } from '../store/store.ts';
import { type Worker, worker } from '../worker.ts';
import type { DueQueue } from './queue.ts';
import { queueDesk, queueDesks } from './registry.ts';
import { workOff } from './work-off.ts';

/** A service with a queue, as its worker sees it. */
type Queued<T> = Self<{ store: Store<T>; worker: Worker }>;

interface Options<T, S> {
  queue: DueQueue<T>;
  /** Pause between two looks for what is due, in ms. */
  every: number;
  /** Documents that are worked on side by side. */
  atOnce: number;
  /**
   * Does the work of a document that was claimed, and writes what came of it; or resolves to WAITING.
   * @throws why it goes no further
   */
  work(this: S, doc: T): Promise<unknown>;
  /** Nothing is claimed meanwhile: what all of the work needs is away. */
  isPaused?(): boolean;
}

/**
 * The mixin that works on what is due in the service's store, one node after the other if need be: it claims by a lease,
 * backs off, tells outages from faults, and parks what fails too often for an operator, who sees it by the `due`
 * service. It brings `this.worker`, and stands before the store, so that the work ends before its database.
 */
export function dueWork<T extends Versioned, S extends Queued<T> = Queued<T>>(
  options: Options<T, S>,
): Mixin<{ worker: Worker }, S> {
  const { queue, every, atOnce, isPaused = () => false } = options;
  const mixin: Mixin<{ worker: Worker }, S> = {
    mixins: [
      worker<S>({
        every,
        async run() {
          const desk = queueDesks(this.broker).get(queue.name);
          const work = async (doc: T) => {
            if (desk) desk.running += 1;
            return options.work.call(this, doc).finally(() => {
              if (desk) desk.running -= 1;
            });
          };
          const failed = (error: unknown, { _id }: T) =>
            this.logger.warn(`${_id} of ${queue.name} failed, will be tried again`, error);
          let claimed = atOnce;
          while (claimed === atOnce && !isPaused() && !this.worker.stopping.aborted)
            claimed = await workOff(queue, { store: this.store, work, failed }, atOnce);
        },
      }),
    ],
    async started(this: Service & Partial<Queued<T>>) {
      const { store, worker } = this;
      if (!store || !worker) throw new Error(`the queue of ${queue.name} has no store`);
      queueDesks(this.broker).set(queue.name, queueDesk(queue, store, worker.wake));
    },
    async stopped() {
      queueDesks(this.broker).delete(queue.name);
    },
  };
  return owning(mixin, { queues: [queue.name] });
}
