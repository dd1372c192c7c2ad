import type { Mixin } from '../lib/contract/mixin.ts';

/** Work that a service does by itself, and that its stop waits for. */
export interface Worker {
  /** Runs a task that nobody waits for; an error is logged. */
  background(task: Promise<unknown>): void;
  /** Lets the next run begin without a pause, or by `at` (in ms, as Date.now): there is work then. */
  wake(at?: number): void;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

interface Options<S> {
  /** Pause before each run, in ms; `wake` can end it sooner. */
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

/** The pauses of a worker, each of which can be ended, or shortened, before it begins or while it lasts. */
class Pauses {
  #end = Number.POSITIVE_INFINITY;
  #waiting: { timer: NodeJS.Timeout; until: number; done(): void } | undefined;

  constructor(stop: AbortSignal) {
    stop.addEventListener('abort', () => this.endAt(0), { once: true });
  }

  /** @param time in ms, as Date.now */
  endAt(time: number): void {
    this.#end = Math.min(this.#end, time);
    const waiting = this.#waiting;
    if (!waiting || this.#end >= waiting.until) return;
    clearTimeout(waiting.timer);
    this.#wait(this.#end, waiting.done);
  }

  async next(ms: number): Promise<void> {
    await new Promise<void>((done) => this.#wait(Math.min(this.#end, Date.now() + ms), done));
    this.#waiting = undefined;
    this.#end = Number.POSITIVE_INFINITY;
  }

  #wait(until: number, done: () => void): void {
    this.#waiting = { timer: setTimeout(done, Math.max(0, until - Date.now())), until, done };
  }
}
