import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../lib/process/start-error.ts';
import type { Child } from '../servers/child.ts';

/** Having run this long, a process is no longer starting. */
const STEADY_MS = 10_000;
const FIRST_TRIES = 5;

/** How long to wait before a process is started again, in ms, after it ended `failures` times in a row. */
export function backoff(failures: number): number {
  return Math.min(200 * 2 ** (failures - 1), 5000);
}

interface Hooks {
  /** Its process has changed. */
  changed(): void;
  /** It never came up. */
  failed(error: StartError): void;
  say(text: string): void;
}

/** Keeps one process running: what dies is started again. */
export class NodeKeeper<C extends Child> {
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
    const first = await this.#once();
    this.#loop = this.#keep();
    return first;
  }

  /** From here on it is not started again. */
  retire(): void {
    this.#stop.abort();
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.retire();
    await this.#starting?.catch(() => undefined);
    await this.#child?.stop();
    await this.#loop;
  }

  async #once(): Promise<C> {
    this.#starting = this.#start();
    this.#child = await this.#starting;
    this.#hooks.changed();
    return this.#child;
  }

  async #keep(): Promise<void> {
    let failures = 0;
    let steady = false;
    while (this.#child) {
      const { exited, pid } = this.#child;
      const since = Date.now();
      const code = await exited;
      this.#child = undefined;
      if (this.#stop.signal.aborted) return;
      const lasted = Date.now() - since >= STEADY_MS;
      steady ||= lasted;
      failures = lasted ? 1 : failures + 1;
      this.#hooks.changed();
      if (code === 1 && !steady && failures >= FIRST_TRIES) {
        return this.#hooks.failed(new StartError(`${this.id} ended with code 1 right at its start, ${failures} times`));
      }
      this.#hooks.say(`${this.id} (${pid}) ${code === null ? 'was killed' : `ended with code ${code}`}; starts again`);
      failures = await this.#again(failures);
    }
  }

  async #again(failures: number): Promise<number> {
    for (let failed = failures; ; failed++) {
      await delay(backoff(failed), undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return failed;
      try {
        await this.#once();
        return failed;
      } catch (error) {
        this.#hooks.say(`${this.id} does not start: ${(error as Error).message}`);
      }
    }
  }
}
