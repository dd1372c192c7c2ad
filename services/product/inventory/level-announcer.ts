import type { Events } from '../../../lib/contract/contract.ts';
import { chunksOf } from '../../../lib/process/concurrency.ts';

type Level = Events['inventory.changed']['levels'][number];

const WINDOW_MS = 100;
/** Further levels of a window are sent together at its end. */
const MAX_SINGLE_LEVELS_PER_WINDOW = 4;
const MAX_LEVELS_PER_MESSAGE = 500;

/** Sends stock levels to all nodes: the first few of a window at once, as shoppers wait for them, the rest in batches. */
export class LevelAnnouncer {
  readonly #send: (levels: Level[]) => void;
  /** The newest level of each SKU that waits for the end of the window. */
  readonly #pending = new Map<string, Level>();
  #countInWindow = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (levels: Level[]) => void) {
    this.#send = send;
  }

  announce(level: Level): void {
    this.#timer ??= setTimeout(() => this.#endWindow(), WINDOW_MS).unref();
    this.#countInWindow += 1;
    if (this.#countInWindow <= MAX_SINGLE_LEVELS_PER_WINDOW) this.#send([level]);
    else this.#pending.set(level.sku, level);
  }

  #endWindow(): void {
    this.#timer = undefined;
    this.#countInWindow = 0;
    for (const levels of chunksOf([...this.#pending.values()], MAX_LEVELS_PER_MESSAGE)) this.#send(levels);
    this.#pending.clear();
  }
}
