import { LRUCache } from 'lru-cache';
import type { Events } from '../../../lib/contract/contract.ts';
import { chunksOf } from '../../../lib/process/concurrency.ts';

type Level = Events['inventory.changed']['levels'][number];

const WINDOW_MS = 100;
/** Further levels of a window are sent together at its end. */
const MAX_SINGLE_LEVELS_PER_WINDOW = 4;
const MAX_LEVELS_PER_MESSAGE = 500;
const MAX_REMEMBERED_SKUS = 10_000;

/**
 * Sends changed stock levels: the first few of a window at once, so that shoppers see their own purchase, the rest in
 * batches. A level that was already sent is skipped: a sale only moves stock from reserved to sold.
 */
export class LevelAnnouncer {
  readonly #send: (levels: Level[]) => void;
  readonly #lastSent = new LRUCache<string, string>({ max: MAX_REMEMBERED_SKUS });
  /** The newest level of each SKU that waits for the end of the window. */
  readonly #pending = new Map<string, Level>();
  #countInWindow = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (levels: Level[]) => void) {
    this.#send = send;
  }

  announce(level: Level): void {
    const content = `${level.available} ${level.lowAt} ${level.productId}`;
    if (this.#lastSent.get(level.sku) === content) return;
    this.#lastSent.set(level.sku, content);
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
