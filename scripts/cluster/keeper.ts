import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../lib/process/start-error.ts';
import type { Child } from '../servers/child.ts';

/** After this time, a process counts as started. */
const STEADY_AFTER_MS = 10_000;
/** A process that fails so often before it was ever steady cannot start. */
const MAX_START_FAILURES = 5;

/** Pause before a restart, in ms, after a process has ended `failures` times in a row. */
export function restartPauseMs(failures: number): number {
  return Math.min(200 * 2 ** (failures - 1), 5000);
}

interface Hooks {
  /** Called when its process has ended or a new one has started. */
  changed(): void;
  /** Called when it ended repeatedly during its first start. */
  failed(error: StartError): void;
  say(text: string): void;
}

/** Keeps one process running: restarts it whenever it ends. */
export class ProcessKeeper<C extends Child> {
  readonly id: string;
  readonly #start: () => Promise<C>;
  readonly #hooks: Hooks;
  readonly #stop = new AbortController();
  #starting: Promise<C> | undefined;
  #loop: Promise<void> | undefined;
  #child: C | undefined;

  constructor(id: string, start: () => Promise<C>, hooks: Hooks) {
    this.id = id;
    this.#start = start;
    this.#hooks = hooks;
  }

  /** Null while it is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts it for the first time. @throws what starting it throws */
  async run(): Promise<C> {
    const first = await this.#startOnce();
    this.#loop = this.#supervise();
    return first;
  }

  /** Disables restarts. */
  retire(): void {
    this.#stop.abort();
  }

  /** Stops the process and disables restarts. */
  async stop(): Promise<void> {
    this.retire();
    await this.#starting?.catch(() => undefined);
    await this.#child?.stop();
    await this.#loop;
  }

  async #startOnce(): Promise<C> {
    this.#starting = this.#start();
    this.#child = await this.#starting;
    this.#hooks.changed();
    return this.#child;
  }

  /** Restarts the process after each end, until `retire`. */
  async #supervise(): Promise<void> {
    let failures = 0;
    let wasSteady = false;
    while (this.#child) {
      const { exited, pid } = this.#child;
      const since = Date.now();
      const code = await exited;
      this.#child = undefined;
      if (this.#stop.signal.aborted) return;
      const isSteady = Date.now() - since >= STEADY_AFTER_MS;
      wasSteady ||= isSteady;
      failures = isSteady ? 1 : failures + 1;
      this.#hooks.changed();
      if (code === 1 && !wasSteady && failures >= MAX_START_FAILURES) {
        return this.#hooks.failed(new StartError(`${this.id} ended with code 1 right at its start, ${failures} times`));
      }
      this.#hooks.say(`${this.id} (${pid}) ${code === null ? 'was killed' : `ended with code ${code}`}; restarting`);
      failures = await this.#restart(failures);
    }
  }

  /** Restarts after a pause, until a start succeeds. Returns the failures so far. */
  async #restart(failures: number): Promise<number> {
    for (let failed = failures; ; failed++) {
      await delay(restartPauseMs(failed), undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return failed;
      try {
        await this.#startOnce();
        return failed;
      } catch (error) {
        this.#hooks.say(`${this.id} does not start: ${(error as Error).message}`);
      }
    }
  }
}
