import { setTimeout as sleep } from 'node:timers/promises';
import type { Mixin } from '../lib/contract/mixin.ts';

/** Work that a service does by itself, and that its stop waits for. */
export interface Worker {
  /** Runs a task that nobody waits for; an error is logged. */
  background(task: Promise<unknown>): void;
  /** Lets the next run begin without a pause: there is work. */
  wake(): void;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

interface Options<S> {
  /** Pause before each run, in ms. */
  every: number;
  /** Done again and again, never twice at a time. An error is logged. */
  run(this: S): Promise<unknown>;
}

/** The mixin that puts `this.worker` on a service that is an `S`, and keeps `run` going while it is started. */
export function worker<S>({ every, run }: Options<S>): Mixin<{ worker: Worker }, S> {
  return {
    name: 'worker',
    created() {
      const tasks = new Set<Promise<unknown>>();
      const stop = new AbortController();
      const background = (task: Promise<unknown>) => {
        const logged = task.catch((error: unknown) => this.logger.error('background work failed', error));
        tasks.add(logged);
        logged.finally(() => tasks.delete(logged));
      };
      const pauses = new Pauses(stop.signal);
      this.worker = { background, wake: () => pauses.end(), pauses, tasks, stop, stopping: stop.signal };
    },
    async started() {
      const { background, pauses, stop } = this.worker;
      background(
        loop(
          () => run.call(this as S),
          () => pauses.next(every),
          stop.signal,
          (e) => this.logger.error('worker failed', e),
        ),
      );
    },
    async stopped() {
      this.worker.stop.abort();
      await Promise.all(this.worker.tasks);
    },
  };
}

async function loop(
  run: () => Promise<unknown>,
  pause: () => Promise<void>,
  signal: AbortSignal,
  failed: (error: unknown) => void,
) {
  for (;;) {
    await pause();
    if (signal.aborted) return;
    await run().catch(failed);
  }
}

/** The pauses of a worker, each of which can be ended before it begins or while it lasts. */
class Pauses {
  #next = new AbortController();

  constructor(stop: AbortSignal) {
    stop.addEventListener('abort', () => this.end(), { once: true });
  }

  end(): void {
    this.#next.abort();
  }

  async next(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#next.signal }).catch(() => {});
    this.#next = new AbortController();
  }
}
