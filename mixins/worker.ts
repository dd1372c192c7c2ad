import type { Mixin } from '../lib/contract/mixin.ts';

/** Background work of a service. The stop of the service waits for it. */
export interface Worker {
  /** Runs a task in the background; an error is logged. */
  background(task: Promise<unknown>): void;
  /** Ends the pause before the next run now, or at `at` (in ms, as Date.now), because there is work then. */
  wake(at?: number): void;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

interface Options<S> {
  /** Pause before each run, in ms; `wake` can shorten it. */
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
      const wake = (at = 0) => pauses.endAt(at);
      this.worker = { background, wake, pauses, tasks, stop, stopping: stop.signal };
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

/** The pauses of a worker. `endAt` shortens the current pause, or the next one. */
class Pauses {
  #end = Number.POSITIVE_INFINITY;
  #current: { timer: NodeJS.Timeout; until: number; done(): void } | undefined;

  constructor(stop: AbortSignal) {
    stop.addEventListener('abort', () => this.endAt(0), { once: true });
  }

  /** @param time in ms, as Date.now */
  endAt(time: number): void {
    this.#end = Math.min(this.#end, time);
    const current = this.#current;
    if (!current || this.#end >= current.until) return;
    clearTimeout(current.timer);
    this.#wait(this.#end, current.done);
  }

  async next(ms: number): Promise<void> {
    await new Promise<void>((done) => this.#wait(Math.min(this.#end, Date.now() + ms), done));
    this.#current = undefined;
    this.#end = Number.POSITIVE_INFINITY;
  }

  #wait(until: number, done: () => void): void {
    this.#current = { timer: setTimeout(done, Math.max(0, until - Date.now())), until, done };
  }
}
