import type { Mixin } from '../lib/contract/mixin.ts';

/** Background work of a service. The stop of the service waits for it. */
export interface Worker {
  /** Runs a task in the background; an error is logged. */
  background(task: Promise<unknown>): void;
  /** Starts a loop of its own, beside that of the mixin. */
  repeat(loop: Loop): Wake;
  /** Of the mixin's loop. */
  wake: Wake;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

/** Ends the pause before the next run now, or at `at` (in ms, as Date.now), because there is work then. */
export type Wake = (at?: number) => void;

interface Loop {
  /** The longest pause before each run, in ms; `wake` can shorten it. */
  every: number;
  /** Called repeatedly, never concurrently. An error is logged. */
  run(): Promise<unknown>;
}

interface Options<S> {
  every: Loop['every'];
  run(this: S): Promise<unknown>;
}

/** Pauses are shorter by up to this share, so that nodes which were started together do not stay in step. */
const JITTER = 0.1;

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
      const start = ({ every, run }: Loop, pauses: Pauses) => {
        const pause = () => pauses.next(every * (1 - JITTER * Math.random()));
        background(loop(run, pause, stop.signal, (error) => this.logger.error('worker failed', error)));
      };
      const repeat = (more: Loop): Wake => {
        const pauses = new Pauses(stop.signal);
        start(more, pauses);
        return pauses.wake;
      };
      const pauses = new Pauses(stop.signal);
      const begin = () => start({ every, run: () => run.call(this as S) }, pauses);
      this.worker = { background, repeat, wake: pauses.wake, begin, tasks, stop, stopping: stop.signal };
    },
    async started() {
      this.worker.begin();
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
  while (!signal.aborted) {
    await pause();
    if (signal.aborted) return;
    await run().catch(onError);
  }
}

/** The pauses of a loop. `wake` shortens the current pause, or the next one. */
class Pauses {
  #end = Number.POSITIVE_INFINITY;
  #current: { timer: NodeJS.Timeout; until: number; done(): void } | undefined;

  constructor(stop: AbortSignal) {
    stop.addEventListener('abort', () => this.wake(), { once: true });
  }

  readonly wake: Wake = (at = 0) => {
    this.#end = Math.min(this.#end, at);
    const current = this.#current;
    if (!current || this.#end >= current.until) return;
    clearTimeout(current.timer);
    this.#wait(this.#end, current.done);
  };

  async next(ms: number): Promise<void> {
    await new Promise<void>((done) => this.#wait(Math.min(this.#end, Date.now() + ms), done));
    this.#current = undefined;
    this.#end = Number.POSITIVE_INFINITY;
  }

  #wait(until: number, done: () => void): void {
    this.#current = { timer: setTimeout(done, Math.max(0, until - Date.now())), until, done };
  }
}
