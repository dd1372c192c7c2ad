import { setTimeout as sleep } from 'node:timers/promises';
import type { Mixin } from '../lib/contract/mixin.ts';

/** Background work of a service. The stop of the service waits for it. */
export interface Worker {
  /** Runs a task in the background; an error is logged. */
  background(task: Promise<unknown>): void;
  /** Ends the pause before the next run, because there is work. */
  wake(): void;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

interface Options<S> {
  /** Pause before each run, in ms. */
  every: number;
  /** Called repeatedly, never concurrently. An error is logged. */
  run(this: S): Promise<unknown>;
}

/** The mixin that adds `this.worker` to a service of type `S`, and calls `run` repeatedly while the service is started. */
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

/** Pauses and runs in turn until the signal is aborted. */
async function loop(
  run: () => Promise<unknown>,
  pause: () => Promise<void>,
  signal: AbortSignal,
  onError: (error: unknown) => void,
) {
  for (;;) {
    await pause();
    if (signal.aborted) return;
    await run().catch(onError);
  }
}

/** The pauses of a worker. `end` ends the current pause, or skips the next one. */
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
